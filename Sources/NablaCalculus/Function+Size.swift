// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// What a computation needs, before it is begun.

extension Function {
  /// The number of distinct elementary operations that a combination of quantities computes at each point, sharing
  /// what can be shared.
  ///
  /// - Complexity: as the first evaluation of the combination.
  public func operationCount(of quantities: Quantities) -> Int {
    Expr.operationCount(of: plan(for: quantities).outputs)
  }

  /// The memory in bytes that the results of `evaluate(quantities, at:)` take at `count` points, without anything
  /// being computed, differentiated or allocated. Structural zeros of dense matrices count, compact ones have none.
  ///
  /// Of compact quantities the structure is found, which differentiates and compiles.
  ///
  /// - Returns: `Int.max` where it is more than that.
  public func byteCount(of quantities: Quantities, count: Int = 1) -> Int {
    let (n, m) = (variables.count, outputs.count)
    var elements = 0
    func add(_ factors: Int...) {
      var product = 1
      for factor in factors {
        let (result, overflow) = product.multipliedReportingOverflow(by: factor)
        product = overflow ? .max : result
      }
      let (sum, overflow) = elements.addingReportingOverflow(product)
      elements = overflow ? .max : sum
    }
    if quantities.contains(.value) { add(m) }
    if quantities.contains(.gradient) { add(n) }
    if quantities.contains(.jacobian) { add(m, n) }
    if quantities.contains(.hessian) { add(n, n) }
    if quantities.contains(.compactHessian) { add(hessianStructure.count) }
    if quantities.contains(.compactJacobian) { add(jacobianStructure.count) }
    if quantities.contains(.newtonStep) { add(n) }
    if quantities.contains(.jacobianVectorProduct) { add(m) }
    if quantities.contains(.vectorJacobianProduct) { add(n) }
    if quantities.contains(.hessianVectorProduct) { add(n) }
    for scalar: Quantities in [.index, .laplacian, .nonFinites, .kinks] where quantities.contains(scalar) {
      add(1)
    }
    let (bytes, isHuge) = elements.multipliedReportingOverflow(by: MemoryLayout<Double>.stride)
    let (total, overflow) = bytes.multipliedReportingOverflow(by: count)
    return isHuge || overflow ? .max : total
  }
}
