"""The mistakes: a file for those of each subject. ``catalogue.py`` lists them."""
