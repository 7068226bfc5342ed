"""What `plugproof analyze` found, for people and for CI: a page with pictures, tables, JUnit. Pure, as all reports."""
