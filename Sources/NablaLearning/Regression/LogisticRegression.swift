// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// Binary logistic regression by maximum likelihood: P(y = 1) = σ(w · x + b), with standard errors.
public struct LogisticRegression: Sendable {
  /// Why the iteration ended.
  public enum Reason: Sendable, Equatable {
    /// The Newton decrement gᵀH⁻¹g of the mean loss is at most ε², or, below ε, no longer falls: another step would
    /// change the last digits at random.
    case converged
    /// A hyperplane separates the classes: the likelihood has no maximum, and the coefficients grow without bound. Those
    /// given classify every row rightly; their size means nothing. A ridge makes them finite.
    case separated
    /// Columns of the data are linearly dependent (a constant one beside the intercept, say), so that many
    /// coefficients fit equally well. Leave one out, or use a ridge.
    case dependentColumns
    /// The number of iterations was reached.
    case iterationLimit
  }

  /// The coefficients of the columns, [n].
  public let coefficients: Tensor<Double>
  /// The intercept; 0 if there is none.
  public let intercept: Double
  /// Of the coefficients, from the inverse of the information matrix: √diag((N H)⁻¹); NaN unless converged.
  public let standardErrors: Tensor<Double>
  /// Of the intercept; NaN unless converged, and 0 if there is none.
  public let interceptStandardError: Double
  /// Of the coefficients, and behind them the intercept if there is one.
  public let covariance: Tensor<Double>
  /// Σ y log p + (1 − y) log(1 − p), without the ridge's part.
  public let logLikelihood: Double
  /// The number of Newton steps.
  public let iterations: Int
  /// Why it ended.
  public let reason: Reason

  /// Fits rows of data to classes by Newton's method with step halving.
  ///
  /// Minimised is N L(w) + ridge/2 ‖w‖² (the intercept is not penalised): see ``LogisticLoss``. The start is w = 0.
  ///
  /// - Parameters:
  ///   - x: the data, [N, n]; columns may have any scale: they are standardised inside.
  ///   - y: the classes, [N], each 0 or 1; shares between are allowed.
  ///   - hasIntercept: whether a constant is fitted too.
  ///   - ridge: the strength of the penalty, 0 for maximum likelihood.
  ///   - maximumIterations: after which it ends unconverged.
  /// - Throws: `LinearAlgebraError.notFinite` if a number of the data is not finite.
  /// - Complexity: O(N n²) for each of some ten iterations.
  /// - Source: Hastie, Tibshirani, Friedman, "The elements of statistical learning", 2nd ed., section 4.4.
  public init(
    _ x: Tensor<Double>, _ y: Tensor<Double>, intercept hasIntercept: Bool = true, ridge: Double = 0,
    maximumIterations: Int = 100
  ) throws(LinearAlgebraError) {
    precondition(ridge >= 0, "A ridge of \(ridge) has no minimum.")
    precondition(
      x.rank == 2 && y.shape == [x.shape[0]] && x.shape[0] > 0,
      "Logistic regression needs X [N, n] and y [N] with N ≥ 1; the shapes are \(x.shape) and \(y.shape).")
    guard x.allFinite, y.allFinite else { throw .notFinite }
    precondition(
      y.min() >= 0 && y.max() <= 1, "The targets of logistic regression lie in [0, 1]: classes are 0 and 1.")
    let (rows, n) = (x.shape[0], x.shape[1])

    // Columns of mean 0 (with an intercept) and size 1, on which Newton's matrix is as well conditioned as scaling
    // makes it; the constant one last.
    let means = hasIntercept ? x.mean(axis: 0) : Tensor.zeros([n])
    let centred = x - means
    let sizes = sqrt((centred * centred).mean(axis: 0))
    let scales = select(sizes .== 0, Tensor(1), sizes)
    let standard = centred / scales
    let design = hasIntercept ? Tensor.concatenate([standard, .ones([rows, 1])], axis: 1) : standard
    let width = design.shape[1]
    // The penalty ridge/2 Σ (vⱼ / sⱼ)² of the standardised coefficients v.
    var penalty = Tensor<Double>.zeros([width])
    for j in 0..<n { penalty[j] = ridge / (scales[j] * scales[j]) / Double(rows) }

    let loss = LogisticLoss(design, y)
    func objective(_ v: Tensor<Double>) -> Double { loss.value(at: v) + (penalty * v * v).sum() / 2 }
    var v = Tensor<Double>.zeros([width])
    var (iterations, reason) = (0, Reason.iterationLimit)
    var value = objective(v)
    var lastDecrement = Double.infinity
    var information = Tensor<Double>.zeros([width, width])
    while true {
      let (_, slope, curvature) = loss.valueGradientAndHessian(at: v)
      let gradient = slope + penalty * v
      information = curvature + .diagonal(penalty)
      guard let factor = Self.factor(information) else {
        reason = Self.separates(design, y, v) ? .separated : .dependentColumns
        break
      }
      let direction = try LinearAlgebra.choleskySolve(factor, gradient)
      let decrement = dot(gradient, direction)
      let epsilon = Double.ulpOfOne
      if decrement <= epsilon * epsilon || decrement <= epsilon && decrement > lastDecrement / 4 {
        reason = .converged
        break
      }
      lastDecrement = decrement
      if ridge == 0 && abs(v).max() > 30 && Self.separates(design, y, v) {
        reason = .separated
        break
      }
      guard iterations < maximumIterations else { break }
      // The objective is convex: a full step, halved until it descends to within rounding.
      let limit = value + 8 * epsilon * value
      var step = 1.0
      var next = v - direction
      var nextValue = objective(next)
      while !(nextValue <= limit) && step > 1e-10 {
        step /= 2
        next = v - direction * step
        nextValue = objective(next)
      }
      (v, value) = (next, nextValue)
      iterations += 1
    }

    // w = v / s, b = v₀ − Σ vⱼ mⱼ / sⱼ: a linear map T of the standardised coefficients.
    var map = Tensor<Double>.zeros([width, width])
    for j in 0..<n {
      map[j, j] = 1 / scales[j]
      if hasIntercept { map[n, j] = -means[j] / scales[j] }
    }
    if hasIntercept { map[n, n] = 1 }
    let all = matmul(map, v)
    coefficients = all[0..<n].contiguous()
    intercept = hasIntercept ? all[n] : 0
    if reason == .converged {
      let inverse = try LinearAlgebra.solvePositiveDefinite(
        information * Double(rows), Tensor<Double>.identity(width))
      covariance = matmul(matmul(map, inverse), map.transposed())
    } else {
      covariance = Tensor(shape: [width, width], repeating: .nan)
    }
    let errors = sqrt(covariance.diagonal())
    standardErrors = errors[0..<n].contiguous()
    interceptStandardError = hasIntercept ? errors[n] : 0
    logLikelihood = -loss.value(at: v) * Double(rows)
    self.iterations = iterations
    self.reason = reason
  }

  /// The Cholesky factor, unless the matrix is singular to working precision.
  private static func factor(_ a: Tensor<Double>) -> Tensor<Double>? {
    let n = a.shape[0]
    guard let l = try? LinearAlgebra.cholesky(a) else { return nil }
    // Squared pivots are what is left of each column after those before it.
    for i in 0..<n where l[i, i] * l[i, i] <= Double(n) * Double.ulpOfOne * 8 * a[i, i] { return nil }
    return l
  }

  /// Whether the sign of z tells the class of every row.
  private static func separates(_ x: Tensor<Double>, _ y: Tensor<Double>, _ v: Tensor<Double>) -> Bool {
    let z = matmul(x, v)
    return (0..<y.count).allSatisfy { y[$0] == 0 && z[$0] < 0 || y[$0] == 1 && z[$0] > 0 }
  }

  /// P(y = 1) for rows [N, n].
  public func probabilities(_ x: Tensor<Double>) -> Tensor<Double> {
    precondition(
      x.rank == 2 && x.shape[1] == coefficients.count,
      "Rows of \(coefficients.count) numbers are needed; the shape is \(x.shape).")
    return sigmoid(matmul(x, coefficients) + intercept)
  }
}

extension LogisticRegression.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .converged: "converged"
    case .separated: "the classes are separable, so the coefficients have no finite best values; use a ridge"
    case .dependentColumns: "columns of the data are linearly dependent; leave one out or use a ridge"
    case .iterationLimit: "the limit of iterations was reached"
    }
  }
}
