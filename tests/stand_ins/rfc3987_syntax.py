"""In place of a package that takes every process of Jupyter's more than a second to import.

jsonschema wants it for a format that no notebook has, and does without where there is none:
https://github.com/python-jsonschema/jsonschema/issues/1428
"""

raise ImportError(__doc__)
