// SPDX-License-Identifier: Apache-2.0

import Foundation

let usage = """
  usage: Course [LESSON…] [--pictures FOLDER]
         Course --list

  Without a name all lessons run in order. --pictures writes their pictures as SVG.
  """

/// Ends the program with a message on standard error.
func fail(_ message: String, status: Int32) -> Never {
  fflush(nil)
  FileHandle.standardError.write(Data("error: \(message)\n".utf8))
  exit(status)
}

var chosen: [Lesson] = []
var pictures: PictureFolder?
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--help", "-h":
    print(usage)
    exit(0)
  case "--list":
    var table = Table(["lesson", "what it is about"], leading: 2)
    for lesson in Lesson.all { table.row([lesson.name, lesson.title]) }
    print(table)
    exit(0)
  case "--pictures":
    guard let path = arguments.popFirst() else { fail("--pictures needs a folder", status: 64) }
    pictures = PictureFolder(path: path)
  case _ where argument.hasPrefix("-"):
    fail("there is no option \(argument); --help shows what there is", status: 64)
  default:
    guard let lesson = Lesson.all.first(where: { $0.name == argument }) else {
      fail("there is no lesson “\(argument)”; --list shows all", status: 64)
    }
    chosen.append(lesson)
  }
}

for lesson in chosen.isEmpty ? Lesson.all : chosen {
  print("\(lesson.title)\n\(String(repeating: "=", count: lesson.title.count))\n")
  do {
    try lesson.run(pictures)
  } catch let error as PictureFolder.Failure {
    fail(error.description, status: 73)
  } catch {
    fail("lesson \(lesson.name): \(error)", status: 1)
  }
  print()
}
