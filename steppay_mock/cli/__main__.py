"""``python -m steppay_mock.cli``: the command line where the script is not on the path."""

from steppay_mock.cli import main

if __name__ == "__main__":
    main()
