# SPDX-License-Identifier: Apache-2.0
# A Markdown file's ```console blocks as a script, to standard output: each line `$ COMMAND` (with those that it
# continues to by a backslash). What the commands are to print, to the file `expected`. Both are sorted by lines of the
# byte 1 and the place in `file`. Of a command that stands there without output nothing counts but the status.

function finish() {
  if (command == "") return
  printf "printf '\\001%%s\\n' '%s'\n", place
  if (shown == "") {
    printf "{ %s\n} >/dev/null || echo \"exit status $?\"\n", command
  } else {
    printf "%s\n", command
  }
  printf "\001%s\t%d\n%s", place, line, shown >> expected
  command = shown = ""
}

/^<!-- not run:/ { skipping = 1 }

/^```/ && !inside {
  inside = 1
  running = $0 == "```console" && !skipping
  skipping = 0
  next
}

/^```/ {
  finish()
  inside = running = 0
  next
}

running && continues {
  command = command "\n" $0
  continues = $0 ~ /\\$/
  line = NR
  next
}

running && /^\$ / {
  finish()
  command = substr($0, 3)
  continues = command ~ /\\$/
  place = file ":" NR
  line = NR
  next
}

running { shown = shown $0 "\n" }
