"""Files: what is taken away - lists, reports and papers, in the language of whoever takes them."""
