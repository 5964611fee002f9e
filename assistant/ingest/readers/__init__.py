"""Bytes of one file format → pages of Markdown; everything here runs in the limited child."""
