"""Pages of plots in one file: what they look like, whatever they are of.

`style` is how a plot looks, `section` what a family of plots hands to a page, `page` the page.
Nothing here knows films.
"""
