"""Calendar feeds (iCalendar, RFC 5545): when a rep is busy, read from a file or over HTTPS."""
