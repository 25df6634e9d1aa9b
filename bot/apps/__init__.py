"""The processes. Only code here knows every feature; each module is one process or what wires them."""
