public import NablaCalculus
public import NablaOptimization

extension Function {
  /// The critical points in a box, found by Newton's method from many starts, and classified.
  ///
  ///     let box = try Box(lower: [-5, -5], upper: [5, 5])
  ///     for point in f.criticalPoints(in: box).points { print(point.point, point.kind) }
  ///
  /// Starts that fill the box evenly run in batches through ``stationaryPoints(of:from:parameters:within:options:)``;
  /// rounds double their number until the latter half has found nothing new and every point was found more
  /// than once (or eight times as many starts have found nothing new). A point is accepted where the Newton
  /// step is below 10⁻⁹ of the box and no longer shrinks, f and its derivatives are finite, and the gradient
  /// close by is what the Hessian says (which is not so at a kink); never because a gradient is small in
  /// itself. Where the Hessian is singular to within its rounding error, probes along its null space tell an
  /// isolated degenerate point from a curve or surface of them, which is followed and listed as one set. A
  /// gradient that vanishes by underflow, as in the tails of exp(−x²), is no critical point.
  ///
  /// The box is closed. Results are the same in every run, unless the time limit ends the search.
  ///
  /// - Parameters:
  ///   - box: one range for each variable.
  ///   - parameters: the values of the function's parameters.
  ///   - options: the number of starts, and limits.
  /// - Precondition: a scalar function, whose variables are as many as the box's ranges.
  /// - Complexity: O(n³) and an evaluation for each iteration of each start.
  public func criticalPoints(
    in box: Box, parameters: [Double] = [],
    options: CriticalPointSearchOptions = CriticalPointSearchOptions()
  ) -> CriticalPoints {
    let n = variables.count
    precondition(
      box.dimension == n,
      "a function of \(n) variables (\(variableNames.joined(separator: ", "))) is searched in a box of \(n) ranges, "
        + "not \(box.dimension)")
    var search = CriticalPointSearch(self, box: box, parameters: parameters, options: options)
    return search.run()
  }
}
