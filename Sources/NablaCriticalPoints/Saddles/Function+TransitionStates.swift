// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaOptimization
internal import NablaTensors

extension Function {
  /// The saddles of index 1 to which eigenvectors of a minimum lead, with the paths to the minima they join.
  ///
  ///     let states = surface.transitionStates(from: minimum)
  ///     for state in states { print(state.saddle.point, state.barriers) }
  ///
  /// From beside the minimum each step goes uphill along the eigenvector that is followed (the one most like the last)
  /// and downhill along all others: along an eigenvector with eigenvalue b and slope g by
  /// h = ±2g / (|b| (1 + √(1 + 4g²/b²))), which is a Newton step near the end and no longer than √|g| steps far from it.
  /// Where the lowest eigenvalue has become negative its eigenvector is followed. Then the path of steepest descent
  /// dx/ds = −∇f/|∇f| leads down on both sides, by the classical Runge–Kutta method, until Newton's method reaches a
  /// minimum close by.
  ///
  /// Wales, "Rearrangements of 55-atom Lennard-Jones and (C₆₀)₅₅ clusters", J. Chem. Phys. 101, 3750 (1994), equation 7;
  /// Cerjan and Miller, "On finding transition states", J. Chem. Phys. 75, 2800 (1981).
  ///
  /// - Parameters:
  ///   - minimum: a minimum, to the digits known; Newton's method refines it.
  ///   - parameters: the values of the function's parameters.
  ///   - options: steps and limits.
  /// - Returns: each saddle once, by ascending value; empty if the point leads to no minimum, or nothing was found. It
  ///   is no proof that there are no others.
  /// - Precondition: a scalar function of as many variables as the point has coordinates, at least one.
  /// - Complexity: an evaluation of the Hessian and O(n³) for each step uphill, four gradients for each step down.
  public func transitionStates(
    from minimum: [Double], parameters: [Double] = [],
    options: TransitionStateOptions = TransitionStateOptions()
  ) -> [TransitionState] {
    let n = variables.count
    precondition(
      minimum.count == n && n > 0,
      "a function of \(n) variables has minima of \(n) coordinates, not \(minimum.count)")
    let follower = EigenvectorFollower(
      self, parameters: parameters, scales: options.scales ?? minimum.map { Swift.max(1, Swift.abs($0)) },
      options: options)
    return follower.states(from: minimum)
  }
}

/// One search for transition states.
private struct EigenvectorFollower {
  private let function: Function
  private let parameters: Tensor<Double>?
  private let scales: [Double]
  private let options: TransitionStateOptions
  private let solver: SymmetricEigensolver
  private let n: Int

  init(_ function: Function, parameters: [Double], scales: [Double], options: TransitionStateOptions) {
    self.function = function
    self.parameters = parameters.isEmpty ? nil : Tensor(parameters)
    self.scales = scales
    self.options = options
    n = scales.count
    solver = SymmetricEigensolver(order: n)
  }

  func states(from start: [Double]) -> [TransitionState] {
    guard let minimum = critical(near: start, atMost: 1), minimum.kind == .minimum,
      decompose(at: minimum.point) != nil
    else { return [] }
    let modes = (0..<Swift.min(n, options.modes)).map(vector)
    var saddles: [CriticalPoint] = []
    for mode in modes {
      for sign in [1.0, -1] {
        guard let saddle = saddle(from: minimum.point, along: mode.map { sign * $0 }) else { continue }
        if saddles.allSatisfy({ distance($0.point, saddle.point) > 1e-6 }) { saddles.append(saddle) }
      }
    }
    return saddles.sorted { $0.value < $1.value }.map(state)
  }

  // MARK: Uphill

  private func saddle(from minimum: [Double], along mode: [Double]) -> CriticalPoint? {
    var x = moved(minimum, mode, by: 0.5 * options.largestStep / length(mode))
    var followed = mode
    for _ in 0..<options.maxIterations {
      guard let gradient = decompose(at: x) else { return nil }
      let k = solver.values[0] < 0 ? 0 : closest(to: followed)
      followed = vector(k)
      var step = [Double](repeating: 0, count: n)
      for i in 0..<n {
        let v = vector(i)
        let slope = dot(v, gradient)
        let b = Swift.abs(solver.values[i])
        let size = 2 * slope / (b + (b * b + 4 * slope * slope).squareRoot())
        guard size.isFinite else { continue }
        for j in 0..<n { step[j] += (i == k ? size : -size) * v[j] }
      }
      let size = length(step)
      if size > options.largestStep { step = step.map { $0 * options.largestStep / size } }
      x = moved(x, step, by: 1)
      if size < 1e-7 {
        guard let end = critical(near: x, atMost: 1e-3), end.kind == .saddle, end.index == 1 else {
          return nil
        }
        return end
      }
    }
    return nil
  }

  /// The eigenvector most like a direction.
  private func closest(to direction: [Double]) -> Int {
    (0..<n).max { Swift.abs(dot(vector($0), direction)) < Swift.abs(dot(vector($1), direction)) }!
  }

  // MARK: Downhill

  private func state(at saddle: CriticalPoint) -> TransitionState {
    _ = decompose(at: saddle.point)
    let mode = vector(0)
    let first = descent(from: saddle.point, along: mode.map { -$0 })
    let second = descent(from: saddle.point, along: mode)
    let path = first.path.reversed() + [saddle.point] + second.path
    let values = function.value(at: Tensor(path), parameters: parameters).scalars
    return TransitionState(
      saddle: saddle, minima: (first.minimum, second.minimum), path: path, values: values)
  }

  private func descent(from saddle: [Double], along mode: [Double]) -> (
    path: [[Double]], minimum: CriticalPoint?
  ) {
    var x = moved(saddle, mode, by: options.pathStep / length(mode))
    var path = [x]
    var value = function.value(at: Tensor(x), parameters: parameters).item
    for _ in 0..<options.maxPathSteps {
      guard let next = step(from: x, options.pathStep) else { return (path, nil) }
      let nextValue = function.value(at: Tensor(next), parameters: parameters).item
      guard nextValue < value else {
        // Across the bottom: the minimum is within some steps, or the valley is too narrow for this step.
        guard let end = critical(near: x, atMost: 5 * options.pathStep), end.kind == .minimum else {
          return (path, nil)
        }
        return (path + [end.point], end)
      }
      (x, value) = (next, nextValue)
      path.append(x)
    }
    return (path, nil)
  }

  /// A step of a length along dx/ds = −S²∇f/|S∇f|, with S the scales; nil where the gradient vanishes or is not finite.
  private func step(from x: [Double], _ size: Double) -> [Double]? {
    func slope(_ y: [Double]) -> [Double]? {
      let gradient = function.gradient(at: Tensor(y), parameters: parameters).scalars
      let direction = zip(gradient, scales).map { -$0 * $1 * $1 }
      let norm = length(direction)
      return norm > 0 && norm.isFinite ? direction.map { $0 / norm } : nil
    }
    guard let k1 = slope(x), let k2 = slope(moved(x, k1, by: size / 2)),
      let k3 = slope(moved(x, k2, by: size / 2)), let k4 = slope(moved(x, k3, by: size))
    else { return nil }
    return x.indices.map { x[$0] + size / 6 * (k1[$0] + 2 * k2[$0] + 2 * k3[$0] + k4[$0]) }
  }

  // MARK: Parts

  /// The critical point to which Newton's method leads, if it is no farther away than a distance.
  private func critical(near x: [Double], atMost distance: Double) -> CriticalPoint? {
    let end = stationaryPoints(of: function, from: Tensor([x]), parameters: parameters)[0]
    guard end.converged, self.distance(end.point, x) <= distance else { return nil }
    return function.classify(at: Tensor(end.point), parameters: parameters)[0]
  }

  /// Decomposes the Hessian at a point; returns the gradient, nil if something is not finite.
  private func decompose(at x: [Double]) -> [Double]? {
    let evaluation = function.evaluate([.gradient, .hessian], at: Tensor(x), parameters: parameters)
    let gradient = evaluation.gradient.scalars
    guard gradient.allSatisfy(\.isFinite), solver.decompose(evaluation.hessian.scalars) else { return nil }
    return gradient
  }

  private func vector(_ k: Int) -> [Double] { Array(solver.vectors[k * n..<(k + 1) * n]) }

  private func moved(_ x: [Double], _ direction: [Double], by factor: Double) -> [Double] {
    zip(x, direction).map { $0 + factor * $1 }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// In units of the scales.
  private func length(_ v: [Double]) -> Double {
    zip(v, scales).reduce(0) { $0 + ($1.0 / $1.1) * ($1.0 / $1.1) }.squareRoot()
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double { length(zip(a, b).map { $0 - $1 }) }
}
