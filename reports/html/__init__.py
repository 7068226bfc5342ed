"""report.html, the page a developer opens first: one file that needs no other, no network, and no script to be read.

`page` makes it from the results and the traces. Style and script are inline and named by their digest in the content
security policy of the page, so that nothing that a system under test sent can ever run or load anything.
"""

from reports.html.page import page

__all__ = ["page"]
