# A Markdown file's ```swift blocks as one Swift function (variable `name`), to standard output; what they are to
# print, the ```text blocks, to the file `expected`. Blocks begin with the byte 1 and their place in `file`.

function end_of_block() {
  fence = ""
  running = printing = 0
}

/^<!-- not run:/ { skipping = 1 }

/^```/ && fence == "" {
  fence = $0
  if ($0 == "```text") {
    if (place != "") {
      printf "\001%s\t%d\n", place, NR >> expected
      printing = 1
    }
  } else if ($0 == "```swift" && !skipping) {
    running = 1
    next_place = file ":" NR
    body = body "  block(\"" next_place "\")\n#sourceLocation(file: \"" file "\", line: " (NR + 1) ")\n"
  }
  place = ""
  skipping = 0
  next
}

/^```/ {
  if (running) {
    body = body "#sourceLocation()\n"
    place = next_place
  }
  end_of_block()
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

END { printf "import Nabla\n%s\n%s\nfunc %s() throws {\n%s}\n", imports, declarations, name, body }
