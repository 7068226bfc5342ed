"""The fleet under locust, an extra; nothing else imports locust."""
