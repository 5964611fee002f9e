"""One set of user stories through every channel; and two projects that must not see each other."""
