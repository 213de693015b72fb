// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LibC
internal import Nabla

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures Nabla on the workloads of the peers' table.",
    discussion: """
      Prints a table, or with --json writes the records that the peers' runner reads. A figure is the \
      median of at least nine samples in about one second.
      """)

  @Option(help: ArgumentHelp("Threads to compute with.", valueName: "count"))
  var threads = Parallelism.threadCount

  @Option(help: ArgumentHelp("Write JSON records to a file, or to standard output for -.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Only workloads whose names begin so, as in W1a,W5. All by default.", valueName: "names"))
  var workloads = ""

  @Option(help: ArgumentHelp("Only workloads whose names contain this.", valueName: "text"))
  var filter = ""

  @Option(
    help: ArgumentHelp(
      "Numbers of points for W1 and W2, as in 1000,1e6; the others have one of their own.", valueName: "sizes"
    ))
  var batch: Batches?

  @Option(
    help: ArgumentHelp(
      "Compare with the references in a folder that peers.py --export wrote, instead of with our own.",
      valueName: "folder"))
  var references: String?

  @Option(
    help: ArgumentHelp(
      "Print the largest errors of the elementary functions over a file that "
        + "Benchmarks/accuracy/references.py wrote, instead of times.",
      valueName: "file"))
  var accuracy: String?

  @Flag(
    help:
      "Print the Hessian of Himmelblau's function at (1, 2), and nothing else: for timing a whole process.")
  var cold = false

  struct Batches: ExpressibleByArgument {
    let sizes: [Int]

    init?(argument: String) {
      let sizes = argument.split(separator: ",").map { Double($0).flatMap { Int(exactly: $0) } ?? 0 }
      guard sizes.allSatisfy({ $0 > 0 }) else { return nil }
      self.sizes = sizes
    }
  }

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of 1 or more, not \(threads).") }
  }

  func run() throws {
    Parallelism.threadCount = threads
    BLAS.useThreads(threads)
    if let accuracy { return try Accuracy.print(of: accuracy) }
    let exported = try references.map(ExportedReferences.init)
    let prefixes = workloads.split(separator: ",")
    let chosen = allWorkloads.filter { workload in
      (prefixes.isEmpty || prefixes.contains { workload.name.hasPrefix($0) })
        && (filter.isEmpty || workload.name.contains(filter))
    }
    // The JSON may go to standard output; what is measured then shows on standard error.
    let log = json == nil ? STDOUT_FILENO : STDERR_FILENO
    print(Table.header(threads: threads), to: log)
    var records: [Record] = []
    for workload in chosen {
      for size in workload.batches.sizes(asked: batch?.sizes ?? [], forPeers: json != nil) {
        let record = measured(workload, batch: size, exported)
        print(Table.line(record), to: log)
        records.append(record)
      }
    }
    if let json { try write(records, to: json) }
  }

  /// A workload that throws is a result too: its record says why.
  private func measured(_ workload: Workload, batch: Int, _ exported: ExportedReferences?) -> Record {
    var record = Record(
      workload: workload.name, variant: workload.variant, n: workload.n, batch: batch, threads: threads)
    let trial = workload.prepare(batch)
    do {
      var run: Run!
      let first = try seconds {
        run = try trial.build()
        try run.call()
      }
      if let exported {
        record.maxRelError = try exported.reference(for: workload, batch: batch).map {
          try largestError(run.results($0.points), $0.arrays)
        }
      } else {
        let points = checkedPoints(of: batch)
        record.maxRelError = try trial.reference(points).map { try largestError(run.results(points), $0) }
      }
      let timing = try measure(run.call)
      record.secondsMedian = timing.median
      record.secondsMin = timing.minimum
      record.pointsPerSecond = Double(batch) / timing.median
      record.compileSeconds = max(0, first - timing.median)
      record.effectiveSamplesPerSecond = run.effectiveSamples.map { $0() / timing.median }
      let lesser = try run.lesser.map { try measure($0).median }
      if let value = lesser.first {
        record.costOverValue = (lesser.dropFirst() + [timing.median]).map { $0 / value }
      }
    } catch {
      record.error = "\(error)"
    }
    return record
  }
}

/// Shows a line at once, past the buffer of standard output.
private func print(_ line: String, to descriptor: Int32) {
  var text = line + "\n"
  text.withUTF8 { bytes in _ = write(descriptor, bytes.baseAddress, bytes.count) }
}
