// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions
internal import Synchronization

/// The steps for matrices of each order, which all chains share.
private let eigenvalueSteps = Mutex<[Int: any Kernel<Double>]>([:])

extension KernelChain {
  /// The largest order for which eigenvalues are computed by a chain: the code of a step grows with it, and
  /// LAPACK gains on it.
  package static var largestOrder: Int { 8 }

  /// The eigenvalues, ascending, of a symmetric matrix of expressions (``SymmetricTridiagonal``). They are of no use
  /// where squares of entries may overflow or underflow, entries are not finite, or the iteration has not ended.
  ///
  /// - Parameters:
  ///   - matrix: rows, 1 to ``largestOrder``, of which the lower triangle is read.
  ///   - inputs: the variables it consists of.
  package static func symmetricEigenvalues(of matrix: [[Expr]], inputs: [Expr]) -> KernelChain {
    let n = matrix.count
    let reduced = SymmetricTridiagonal(reducing: matrix)
    if n <= 2 {
      let kernel = compile(outputs: reduced.eigenvalues + [select(reduced.isExtreme, 1, 0)], inputs: inputs)
      let values = (0..<n).map { Place.output($0) }
      return KernelChain(
        [Stage(kernel, reads: inputs.indices.map { .input($0) }, writes: values + [.block(0)])], failures: 0)
    }
    let failed = n + n
    // In the block: the diagonal, the squares beside it, `tiny`, and how the step ended.
    let (diagonal, squares) = ((0..<n).map { Place.block($0) }, (0..<n - 1).map { Place.block(n + $0) })
    let tiny = Place.block(n + n - 1)
    var stages = [
      Stage(
        compile(outputs: reduced.diagonal + reduced.squares + [reduced.tiny], inputs: inputs),
        reads: inputs.indices.map { .input($0) }, writes: diagonal + squares + [tiny])
    ]
    for first in 0..<n - 2 {
      let part = Array(diagonal[first...] + squares[first...])
      stages.append(
        Stage(
          eigenvalueStep(order: n - first), reads: part + [tiny], writes: part + [.block(failed)],
          repetition: .untilZero(atMost: 30)))
    }
    let variables = SymmetricTridiagonal.variables(order: n)
    let settled = (0..<n - 2).reduce(Expr(1)) { condition, first in
      condition
        && SymmetricTridiagonal(
          diagonal: [], squares: [variables.squares[first]], tiny: variables.tiny
        ).isSettled
    }
    stages.append(
      Stage(
        compile(
          outputs: variables.eigenvalues + [select(!variables.isExtreme && settled, 0, 1)],
          inputs: variables.all),
        reads: diagonal + squares + [tiny], writes: (0..<n).map { .output($0) } + [.block(failed)]))
    return KernelChain(stages, failures: failed)
  }

  /// A step of the iteration for matrices of an order, which writes over what it reads; its last output is 1
  /// where the first value has not settled.
  private static func eigenvalueStep(order n: Int) -> any Kernel<Double> {
    eigenvalueSteps.withLock { steps in
      if let known = steps[n] { return known }
      let step = compileEigenvalueStep(order: n)
      steps[n] = step
      return step
    }
  }

  private static func compileEigenvalueStep(order n: Int) -> any Kernel<Double> {
    let before = SymmetricTridiagonal.variables(order: n)
    let after = before.stepped
    let count = 2 * n - 1
    return compile(
      outputs: after.diagonal + after.squares + [select(after.isSettled, 0, 1)], inputs: before.all,
      overwritten: Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, $0) }))
  }
}

extension SymmetricTridiagonal {
  /// A matrix of variables.
  fileprivate static func variables(order n: Int) -> SymmetricTridiagonal {
    let graph = ExprGraph()
    func variables(_ name: String, _ count: Int) -> [Expr] {
      (0..<count).map { graph.variable(Symbol(name: "\(name)\($0)")) }
    }
    return SymmetricTridiagonal(
      diagonal: variables("d", n), squares: variables("e", n - 1), tiny: variables("t", 1)[0])
  }

  fileprivate var all: [Expr] { diagonal + squares + [tiny] }
}
