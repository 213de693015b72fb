// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// The largest errors of the elementary functions, measured over a file of references.
enum Accuracy {
  /// Prints a line for each function: its largest errors in ulp in both precisions, on every instruction set
  /// of this machine and by the interpreter, which calls the C library; the argument of the first of them;
  /// and where the arguments lie.
  ///
  /// In single precision those arguments count that are numbers of that precision.
  static func print(of file: String) throws {
    let sections = try AccuracySection.sections(of: file)
    let sets = InstructionSet.allCases.filter(\.isAvailable)
    let titles = ["Double", "Float"].flatMap { type in ["arguments"] + sets.map { "\(type) \($0.rawValue)" } }
    let columns = titles.map { (text: $0, width: max(9, $0.count)) }
    Swift.print(
      "largest errors in ulp\n\n"
        + row("function", columns, worst: "Double: the largest at", place: "where the arguments lie"))
    for section in sections {
      guard let operation = Operation.allCases.first(where: { "\($0)" == section.name }) else {
        throw UnknownFunction(name: section.name)
      }
      let single = section.references.filter { $0.arguments.allSatisfy { Double(Float($0)) == $0 } }
      let doubles = sets.map { worst(section.references, of: operation, as: Double.self, on: $0) }
      let floats = sets.map { worst(single, of: operation, as: Float.self, on: $0) }
      let cells =
        ["\(section.references.count)"] + doubles.map { text($0.error) } + ["\(single.count)"]
        + floats.map { text($0.error) }
      let at = doubles.first?.arguments.map { "\($0)" }.joined(separator: ", ") ?? ""
      Swift.print(
        row(
          section.name, zip(cells, columns).map { (text: $0, width: $1.width) }, worst: at,
          place: section.place))
    }
  }

  private struct UnknownFunction: Error, CustomStringConvertible {
    let name: String
    var description: String { "the references have a function '\(name)', which is no operation" }
  }

  private struct Worst {
    var error = 0.0
    var arguments: [Double] = []
  }

  private static func worst<Scalar: KernelScalar>(
    _ references: [AccuracyReference], of operation: Operation, as: Scalar.Type, on set: InstructionSet
  ) -> Worst {
    let operands = (0..<operation.definition.value.operandCount).map { Expr.variable("x\($0)") }
    let kernel = compile(
      outputs: [Expr.applying(operation, to: operands)], inputs: operands, as: Scalar.self, for: set)
    let count = references.count
    let arguments = operands.indices.flatMap { operand in references.map { Scalar($0.arguments[operand]) } }
    var results = [Scalar](repeating: .nan, count: count)
    arguments.withUnsafeBufferPointer { arguments in
      results.withUnsafeMutableBufferPointer { results in
        guard let source = arguments.baseAddress, let target = results.baseAddress else { return }
        kernel.run(
          count: count,
          inputs: operands.indices.map { InputColumn(base: source + $0 * count, stride: 1) },
          outputs: [OutputColumn(base: target, stride: 1)])
      }
    }
    var worst = Worst()
    for (reference, result) in zip(references, results) {
      let error = reference.error(of: result)
      if error > worst.error { worst = Worst(error: error, arguments: reference.arguments) }
    }
    return worst
  }

  private static func text(_ error: Double) -> String {
    guard error < 1e6 else { return error.isFinite ? scientific(error, digits: 2) : "inf" }
    // Rounded up: a bound stays one.
    let thousandths = Int((error * 1000).rounded(.up))
    let digits = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }

  private static func row(
    _ name: String, _ cells: [(text: String, width: Int)], worst: String, place: String
  ) -> String {
    ([name.padded(to: -16)] + cells.map { $0.text.padded(to: $0.width) } + [worst.padded(to: -46), place])
      .joined(separator: "  ")
  }
}
