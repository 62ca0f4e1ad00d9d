"""The commands of the command line, by group; nothing heavy is imported until one runs."""
