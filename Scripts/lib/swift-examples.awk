# SPDX-License-Identifier: Apache-2.0
# A Markdown file's ```swift blocks as one Swift function (variable `name`), to standard output; what they are to
# print, the ```text blocks, to the file `expected`. Blocks begin with the byte 1 and their place in `file`. Each block
# has a scope inside the one before: it sees the names of earlier blocks, and may give them a new meaning.

BEGIN {
  imports = "import Nabla\n"
  imported["Nabla"] = 1
}

/^<!-- not run:/ { skipping = 1 }

# A fence that opens: `place` is that of the swift block before it, if it was run.
/^```/ && !inside {
  inside = 1
  printing = $0 == "```text" && place != ""
  if (printing) printf "\001%s\t%d\n", place, NR >> expected
  place = ""
  running = $0 == "```swift" && !skipping
  skipping = 0
  if (running) {
    place = file ":" NR
    depth++
    body = body "do {\n  block(\"" place "\")\n#sourceLocation(file: \"" file "\", line: " (NR + 1) ")\n"
  }
  next
}

/^```/ {
  if (running) body = body "#sourceLocation()\n"
  inside = running = printing = 0
  next
}

running && /^import / {
  if (!($2 in imported)) imports = imports $0 "\n"
  imported[$2] = 1
  body = body "\n"
  next
}

# Declarations that a function cannot hold go before it.
running && /^(struct|enum|class|protocol|extension) / {
  declaring = 1
  declarations = declarations "#sourceLocation(file: \"" file "\", line: " NR ")\n"
}

running && declaring {
  declarations = declarations $0 "\n"
  body = body "\n"
  if (/^}/) {
    declaring = 0
    declarations = declarations "#sourceLocation()\n"
  }
  next
}

running { body = body $0 "\n" }

printing { print >> expected }

END {
  while (depth-- > 0) body = body "}\n"
  printf "%s\n%s\nfunc %s() throws {\n%s}\n", imports, declarations, name, body
}
