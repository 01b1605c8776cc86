"""Azure's own files: the YAML of `az ml online-endpoint`, `online-deployment` and `serverless-endpoint create -f`.

A file is read and checked as Azure's command does (`document`), by what each kind may say (`endpoints`,
`deployment`). `groups` finds out what belongs together, `hosting` makes one configuration of it; `tags` gives the
emulator's own settings that ride in the files, and `shape` the wire shape of a deployment that says none.
"""
