"""Importing: from files that people have to assets that everything else can use."""
