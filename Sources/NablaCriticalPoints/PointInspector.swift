// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaOptimization
internal import NablaTensors

/// What a search asks about single points of one function in one box.
struct PointInspector {
  let function: Function
  let box: Box
  let scales: [Double]
  let error: DerivativeError
  let parameters: [Double]
  let parameterTensor: Tensor<Double>?
  private let classifier: Classifier

  init(_ function: Function, box: Box, parameters: [Double]) {
    self.function = function
    self.box = box
    self.parameters = parameters
    scales = box.scales
    parameterTensor = parameters.isEmpty ? nil : Tensor(parameters)
    error = function.derivativeError
    classifier = Classifier(function, parameters: parameters, error: error)
  }

  /// What the points are.
  func classify(_ points: [[Double]]) -> [Classifier.Verdict] {
    guard !points.isEmpty else { return [] }
    let n = box.dimension
    let evaluation = function.evaluate(
      [.value, .gradient, .hessian], at: Tensor(points), parameters: parameterTensor)
    let (values, gradients) = (evaluation.value.scalars, evaluation.gradient.scalars)
    let hessians = evaluation.hessian.scalars
    return points.indices.map { i in
      classifier.classify(
        at: points[i], value: values[i], gradient: Array(gradients[i * n..<(i + 1) * n]),
        hessian: Array(hessians[i * n * n..<(i + 1) * n * n]))
    }
  }

  /// What a degenerate critical point is.
  func higherOrderKind(at point: [Double]) -> CriticalPoint.Kind {
    classifier.higherOrder.kind(at: point, scales: scales)
  }

  /// The largest difference of coordinates, each in units of its scale.
  func distance(_ a: [Double], _ b: [Double]) -> Double {
    var result = 0.0
    for j in a.indices { result = Swift.max(result, Swift.abs(a[j] - b[j]) / scales[j]) }
    return result
  }

  /// The point, moved onto the boundary where it is outside by no more than its own uncertainty (four
  /// Newton steps, some ulps, 10⁻¹³ of the width); nil where it is farther outside.
  func clipped(_ point: [Double], stepNorm: Double) -> [Double]? {
    var result = point
    for j in point.indices {
      let tolerance = (4 * stepNorm + 1e-13) * scales[j] + 8 * point[j].ulp
      if point[j] < box.lower[j] {
        guard box.lower[j] - point[j] <= tolerance else { return nil }
        result[j] = box.lower[j]
      } else if point[j] > box.upper[j] {
        guard point[j] - box.upper[j] <= tolerance else { return nil }
        result[j] = box.upper[j]
      }
    }
    return result
  }

  /// Whether the gradient may vanish here only because numbers left the range of doubles, as it does in
  /// the tails of exp(−x²): an error analysis without rounding is left with the underflows alone.
  func vanishesByUnderflow(_ point: CriticalPoint) -> Bool {
    let bounds = error.bounds(
      at: point.point, parameters: parameters, uncertainties: point.point.map { _ in 0 }, unitRoundoff: 0)
    return zip(point.gradient, bounds.gradient).contains { $1 > 0 && Swift.abs($0) <= 1e3 * $1 }
  }

  /// Whether derivatives become undefined or infinite so near that the point may be there: iterations also creep to
  /// the edge of a domain, as that of log(x)·√y to (1, 0).
  func isAtEdge(_ point: CriticalPoint) -> Bool {
    let uncertainties = zip(ulps(4, of: point.point), scales).map { $0 + 1e-12 * $1 }
    let bounds = error.bounds(at: point.point, parameters: parameters, uncertainties: uncertainties)
    return !(bounds.gradient + bounds.hessian).allSatisfy(\.isFinite)
  }

  /// Whether rounding errors hide the Hessian: their bound exceeds a tenth of what the Hessian is nearby.
  /// Next to a removable singularity (sin(x)/x at 0) derivatives cancel to nothing but rounding, and a
  /// Hessian of zero to within that says nothing.
  func isHiddenByRounding(_ point: CriticalPoint) -> Bool {
    let x = point.point
    let exact = x.map { _ in 0.0 }
    let noise = error.bounds(at: x, parameters: parameters, uncertainties: exact).hessian.max() ?? 0
    let neighbours = x.indices.flatMap { j in
      [-1e-3, 1e-3].map { step in
        var moved = x
        moved[j] += step * scales[j]
        return moved
      }
    }
    let hessians = function.hessian(at: Tensor(neighbours), parameters: parameterTensor).scalars
    let size = hessians.lazy.filter(\.isFinite).map { Swift.abs($0) }.max() ?? 0
    // A bound that is NaN or infinite hides everything.
    return !(noise <= 0.1 * size)
  }

  /// Whether the gradient near a point is what its Hessian there says, as it is not at a kink.
  ///
  /// The remainder g(x+hd) − g(x) − hHd is of order h² for a smooth function and h where second derivatives
  /// jump; at a kink it does not shrink with h.
  func isSmooth(at verdict: Classifier.Verdict) -> Bool {
    let (x, n) = (verdict.point.point, box.dimension)
    let steps = [1e-6, 1e-7]
    var points: [[Double]] = [x]
    for j in 0..<n {
      for sign in [1.0, -1.0] {
        for step in steps {
          var moved = x
          moved[j] += sign * step * scales[j]
          points.append(moved)
        }
      }
    }
    let gradients = function.gradient(at: Tensor(points), parameters: parameterTensor).scalars
    let hessian = function.hessian(at: Tensor(x), parameters: parameterTensor).scalars
    let exact = x.map { _ in 0.0 }
    let origin = error.bounds(at: x, parameters: parameters, uncertainties: exact).gradient
    var row = 1
    for j in 0..<n {
      for _ in 0..<2 {
        let nearest = error.bounds(at: points[row + 1], parameters: parameters, uncertainties: exact).gradient
        for i in 0..<n {
          let remainders = (0..<2).map { k in
            let moved = points[row + k][j] - x[j]
            return Swift.abs(gradients[(row + k) * n + i] - gradients[i] - moved * hessian[i * n + j])
          }
          let noise = 4 * (origin[i] + nearest[i])
          // A comparison with NaN is false: where f is not defined beside x nothing is known.
          if remainders[1] > 0.3 * remainders[0] && remainders[1] > noise { return false }
        }
        row += 2
      }
    }
    return true
  }
}
