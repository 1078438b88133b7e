"""`python -m tastemaker`, the same as the command `tastemaker`."""

from tastemaker.cli.main import main

if __name__ == "__main__":
    main()
