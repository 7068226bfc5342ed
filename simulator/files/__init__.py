"""Files that a station fetches and delivers: HTTP, FTP, attempts, and what can go wrong."""
