// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions
public import NablaOptimization
internal import NablaTensors

extension Function {
  /// The critical points in a box, found by Newton's method from many starts, and classified.
  ///
  ///     let box = try Box(lower: [-5, -5], upper: [5, 5])
  ///     for point in f.criticalPoints(in: box).points { print(point.point, point.kind) }
  ///
  /// Starts that fill the box evenly run in batches through `stationaryPoints(of:from:parameters:within:options:)`;
  /// rounds double their number until the latter half has found nothing new and every point was found more
  /// than once (or eight times as many starts have found nothing new). A point is accepted where the Newton
  /// step is below 10⁻⁹ of the box and no longer shrinks, f and its derivatives are finite, and the gradient
  /// close by is what the Hessian says (which is not so at a kink); never because a gradient is small in
  /// itself. Where the Hessian is singular to within its rounding error, probes along its null space tell an
  /// isolated degenerate point from a curve or surface of them, which is followed and listed as one set. A
  /// gradient that vanishes by underflow, as in the tails of exp(−x²), is no critical point.
  ///
  /// An unbounded side (−∞ or ∞) is searched as far as critical points can lie, which is known where the gradient is
  /// polynomial in the unbounded variables, positive factors such as exp(−x²) aside; elsewhere it is searched to ±100, or
  /// twice its finite bounds if that is more, and a proof goes as far as intervals tell.
  ///
  /// A sum of functions of different variables, as the graph shows it, is searched part by part. Where the gradient is
  /// proven to point outwards (or inwards) all around, the number of points of each index must fit:
  /// ``CriticalPoints/morseCount``.
  ///
  /// The box is closed. Results are the same in every run, unless the time limit ends the search.
  ///
  /// With `certify` the box is divided by interval arithmetic until every part is proven to hold exactly one
  /// critical point, or none, or is too small to tell. Each part is contracted to where all components of the
  /// gradient may vanish, then by Hansen and Sengupta's interval Newton operator, which proves
  /// existence and uniqueness; congruence with approximate eigenvectors proves the kind. Rounding is outwards, and
  /// decimal constants are enclosed, so that what is certified holds for the formula in real numbers. A point closer
  /// to the boundary than its enclosure is wide counts as in the box. What is not decided is
  /// ``CriticalPoints/unresolved``; there, and only there, the points that the search by starts finds are listed
  /// too, not certified. ``CriticalPoints/isComplete`` is true where nothing is left.
  ///
  /// - Parameters:
  ///   - box: one range for each variable.
  ///   - certify: whether the list is to be proven complete.
  ///   - parameters: the values of the function's parameters.
  ///   - options: the number of starts, limits, progress and cancellation.
  /// - Precondition: a scalar function, whose variables are as many as the box's ranges.
  /// - Complexity: O(n³) and an evaluation for each iteration of each start, or for each box of the proof; the
  ///   number of boxes grows exponentially with the number of variables.
  public func criticalPoints(
    in box: Box, certify: Bool = false, parameters: [Double] = [],
    options: CriticalPointSearchOptions = CriticalPointSearchOptions()
  ) -> CriticalPoints {
    let n = variables.count
    precondition(
      box.dimension == n,
      "a function of \(n) variables (\(variableNames.joined(separator: ", "))) is searched in a box of \(n) ranges, "
        + "not \(box.dimension)")
    var gradient = [Expr](repeating: 0, count: n)
    for entry in NablaExpressions.sparseJacobian(of: outputs, by: variables) {
      gradient[entry.column] = entry.expression
    }
    if let answer = answer(forConstant: gradient, in: box, certify: certify, parameters: parameters) {
      return answer
    }
    let blocks = options.usesSeparability ? separableBlocks(gradient: gradient) : []
    let parts = SeparableSearch(
      function: self, box: box, certify: certify, parameters: parameters, options: options)
    var result =
      (blocks.count > 1 ? parts.run(blocks) : nil)
      ?? search(gradient, in: box, certify: certify, parameters: parameters, options: options)
    if box.isBounded, result.nonIsolated.isEmpty, !result.points.contains(where: \.isDegenerate) {
      let flow = BoundaryFlow(self, gradient: gradient, box: box, parameters: parameters).direction()
      result.morseCount = MorseCount(
        sum: result.points.reduce(0) { $0 + ($1.index % 2 == 0 ? 1 : -1) },
        expected: flow.map { $0 > 0 || n % 2 == 0 ? 1 : -1 })
    }
    return result
  }

  private func search(
    _ gradient: [Expr], in box: Box, certify: Bool, parameters: [Double], options: CriticalPointSearchOptions
  ) -> CriticalPoints {
    let sides = certify || !box.isBounded ? gradient.map { CommonFactors.extracted(from: $0) } : []
    if certify {
      return CertifiedSearch(self, box: box, parameters: parameters, options: options).run(sides: sides)
    }
    if box.isBounded {
      var search = CriticalPointSearch(self, box: box, parameters: parameters, options: options)
      return search.run()
    }
    let far = FarRegion(
      of: box, self, sides: sides, parameters: parameters, options: options.certification,
      deadline: .now + options.certification.timeLimit)
    var search = CriticalPointSearch(self, box: far.core, parameters: parameters, options: options)
    return search.run().within(box)
  }

  /// The critical points of a function that does not depend on its variables, or has a component of its gradient
  /// that is a constant other than 0; nil for others.
  private func answer(
    forConstant gradient: [Expr], in box: Box, certify: Bool, parameters: [Double]
  ) -> CriticalPoints? {
    let isFlat = gradient.allSatisfy { $0.constantValue == 0 }
    guard isFlat || gradient.contains(where: { ($0.constantValue ?? 0) != 0 }) else { return nil }
    let isDefined =
      value(
        at: Tensor(box.center.map { $0.isFinite ? $0 : 0 }),
        parameters: parameters.isEmpty ? nil : Tensor(parameters)
      ).item.isFinite
    // A step function has the derivative 0 too, but not everywhere.
    let isSmooth = !IntervalTape(outputs: outputs, inputs: variables + self.parameters).hasDiscontinuities
    return CriticalPoints(
      box: box, points: [], isComplete: certify && (isSmooth || !isFlat),
      nonIsolated: isFlat && isDefined && box.dimension > 0
        ? [NonIsolatedSet(dimension: box.dimension, box: box)] : [],
      unresolved: certify && isFlat && !isSmooth ? [box] : [],
      statistics: SearchStatistics(end: .constantGradient),
      certification: certify ? CertificationStatistics() : nil)
  }
}
