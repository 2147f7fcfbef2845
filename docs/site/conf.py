# SPDX-License-Identifier: BSD-3-Clause
"""Sphinx: the site that ./run docs builds from the pages that stage.py lays out."""
import os
import re

project = "libhpswarm"
author = "the authors of libhpswarm"
copyright = author  # noqa: A001
with open(os.path.join(os.environ["HPSWARM_ROOT"], "CMakeLists.txt"), encoding="utf-8") as f:
    release = re.search(r"project\(hpswarm VERSION ([0-9.]+)", f.read()).group(1)
extensions = ["myst_parser", "breathe", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
breathe_projects = {"hpswarm": os.environ["HPSWARM_XML"]}
breathe_default_project = "hpswarm"
breathe_domain_by_extension = {"h": "c"}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_mock_imports = ["ase"]
napoleon_google_docstring = False
napoleon_custom_sections = ["Options"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1300px", "sidebar_width": "240px"}
html_show_sourcelink = False
html_static_path = [os.path.join(os.environ["HPSWARM_ROOT"], "docs", "site", "static")]
html_css_files = ["wide.css"]


def one_line_parameters(app, what, name, obj, options, lines):
    """`name : text` of the docstrings as Napoleon wants it, the name and the text below; and text
    after the parameters as a section of its own."""
    out, inside = [], False
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        match = re.match(r"(\w[\w, ]*) : (.+)$", line)
        header = re.match(r"-+$", below) is not None
        if match and inside:
            out += [match.group(1), "    " + match.group(2)]
            continue
        if inside and not header and re.match(r"[^ -]", line):
            out += ["Notes", "-----"]
            inside = False
        if header:
            inside = line == "Parameters"
        out.append(line)
    lines[:] = out


def setup(app):
    app.connect("autodoc-process-docstring", one_line_parameters, priority=400)
