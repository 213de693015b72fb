// SPDX-License-Identifier: Apache-2.0

package import NablaKernels

extension Function {
  /// How a combination of quantities is computed at a batch of points, for people to read.
  package struct Explanation: Sendable {
    /// The outputs of the kernel, in its order: `f`, `df/dx`, `d^2f/dx dy`; of several outputs `f1`, `df1/dx`.
    /// What is zero everywhere is not among them.
    package let outputNames: [String]
    package let kernel: KernelExplanation
  }

  /// How a combination of quantities is computed at points in rows [N, n], with parameters [p] that all
  /// share: graph, vector program and machine code, or the interpreter's tape.
  ///
  /// - Precondition: gradient and Hessian are asked of a scalar function.
  /// - Complexity: as the first evaluation of the combination.
  package func explanation(of quantities: Quantities) -> Explanation {
    let plan = plan(for: quantities)
    return Explanation(
      outputNames: plan.blocks.flatMap(names),
      kernel: KernelExplanation(
        of: plan.kernel, outputs: plan.outputs, inputs: plan.inputs, rowLength: variables.count))
  }

  /// The names of the elements of a quantity that the kernel writes.
  private func names(of block: Plan.Block) -> [String] {
    let n = variables.count
    func name(_ output: Int) -> String { isScalar ? "f" : "f\(output + 1)" }
    func first(_ output: Int, _ variable: Int) -> String { "d\(name(output))/d\(variableNames[variable])" }
    func second(_ row: Int, _ column: Int) -> String {
      "d^2f/d\(variableNames[row]) d\(variableNames[column])"
    }
    return switch block.quantity {
    case .value: block.elements.map(name)
    case .gradient: block.elements.map { first(0, $0) }
    case .jacobian: block.elements.map { first($0 / n, $0 % n) }
    case .hessian: block.elements.map { second($0 / n, $0 % n) }
    case .compactHessian: block.places.map { second($0.row, $0.column) }
    default: block.places.map { first($0.row, $0.column) }
    }
  }
}
