# A program that does nothing says nothing.
