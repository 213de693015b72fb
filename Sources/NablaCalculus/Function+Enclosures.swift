// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
package import NablaKernels

/// A tape for enclosures of a function of one variable and of its first derivatives.
package struct EnclosureTape: Sendable {
  package let tape: IntervalTape
  /// How many derivatives follow the value among the outputs: none of very large functions.
  package let order: Int

  /// The most operations of a function whose first and second derivative is enclosed too.
  private static let orderLimits = [2000, 300]

  fileprivate init(_ function: Function) {
    let output = function.outputs[0]
    let size = Expr.operationCount(of: [output])
    order = Self.orderLimits.count { size <= $0 }
    var outputs = [output]
    for _ in 0..<order { outputs.append(outputs[outputs.count - 1].derivative(by: function.variables[0])) }
    tape = IntervalTape(outputs: outputs, inputs: function.variables + function.parameters)
  }
}

extension Function {
  /// The tape for enclosures of the first output by the first variable; made at the first call.
  package var enclosureTape: EnclosureTape { plans.enclosureTape { EnclosureTape(self) } }

  /// The kernel of the outputs' values; made at the first call.
  package var valueKernel: any Kernel<Double> { plan(for: .value).kernel }
}
