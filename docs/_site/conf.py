"""The site of the documentation, for Sphinx (`make docs`). The source is the whole tree, so that links in the pages are
the same in the repository and on the site; what is no page becomes a download.
"""

project = "plugproof"
copyright = "The plugproof authors"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/**", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
exclude_patterns = [".*", "build", "dist", "plugproof-*", "**/__pycache__", "docs/_site"]
nitpicky = True

myst_heading_anchors = 6  # as in the repository: `page.md#heading`
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.header", "misc.highlighting_failure"]  # a page may begin at level 2; `…` stands in examples

html_theme = "furo"
html_title = "plugproof"
html_extra_path = ["extra"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"source_edit_link": "", "top_of_page_buttons": []}
html_permalinks_icon = "#"
