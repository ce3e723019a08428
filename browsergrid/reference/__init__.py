"""The generated pages of docs/reference, each from the module that it describes; `make check` compares them."""
