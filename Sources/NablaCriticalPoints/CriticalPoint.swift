// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

/// A point of a scalar function with what its derivatives say about it.
public struct CriticalPoint: Sendable {
  /// What a point is.
  public enum Kind: String, Sendable, CaseIterable {
    /// The gradient vanishes and all eigenvalues of the Hessian are positive, or higher derivatives say so.
    case minimum
    /// The gradient vanishes and all eigenvalues of the Hessian are negative, or higher derivatives say so.
    case maximum
    /// Several variables, and neither a minimum nor a maximum: the Hessian has eigenvalues of both signs, or higher
    /// derivatives say so, as at the monkey saddle x³ − 3xy².
    case saddle
    /// One variable, and neither a minimum nor a maximum. Second derivatives alone never say so.
    case inflection
    /// The gradient vanishes, the Hessian is singular, and derivatives up to the fourth order (in one variable, the
    /// twelfth) do not decide; or an operation meets a kink, a jump or a tie; or the value, the gradient or the
    /// Hessian is not finite.
    case undetermined
    /// The gradient does not vanish: no critical point.
    case regular
  }

  /// The coordinates.
  public let point: [Double]

  /// f at ``point``.
  public let value: Double

  /// The gradient at ``point``, as computed.
  public let gradient: [Double]

  /// The Euclidean norm of ``gradient``.
  public let gradientNorm: Double

  /// The eigenvalues of the Hessian, ascending; NaN where the Hessian is not finite.
  public let eigenvalues: [Double]

  /// What the point is.
  public let kind: Kind

  /// The number of negative eigenvalues (the Morse index); those that are zero to within their rounding
  /// error do not count.
  public let index: Int

  /// Whether this is a critical point with an eigenvalue that is zero to within its rounding error.
  public let isDegenerate: Bool

  /// Whether it is proven that exactly one critical point lies in ``enclosure``, and that its kind is ``kind``.
  public let isCertified: Bool

  /// An interval for each coordinate, in which the critical point is proven to lie; nil where nothing is proven.
  public let enclosure: [Interval]?

  package init(
    point: [Double], value: Double, gradient: [Double], eigenvalues: [Double], kind: Kind, index: Int,
    isDegenerate: Bool, enclosure: [Interval]? = nil, isCertified: Bool = false
  ) {
    self.point = point
    self.value = value
    self.gradient = gradient
    gradientNorm = euclideanNorm(gradient)
    self.eigenvalues = eigenvalues
    self.kind = kind
    self.index = index
    self.isDegenerate = isDegenerate
    self.enclosure = enclosure
    self.isCertified = isCertified
  }

  /// The same point as what derivatives of higher order say it is.
  func decided(as kind: Kind) -> CriticalPoint {
    CriticalPoint(
      point: point, value: value, gradient: gradient, eigenvalues: eigenvalues, kind: kind, index: index,
      isDegenerate: isDegenerate, enclosure: enclosure, isCertified: isCertified)
  }

  /// The same point with what is proven of its place.
  func located(in enclosure: [Interval]) -> CriticalPoint {
    CriticalPoint(
      point: point, value: value, gradient: gradient, eigenvalues: eigenvalues, kind: kind, index: index,
      isDegenerate: isDegenerate, enclosure: enclosure)
  }
}

/// Without overflow; NaN of a NaN.
private func euclideanNorm(_ vector: [Double]) -> Double {
  let largest = vector.reduce(0) { $1.isNaN ? .nan : $0.isNaN ? $0 : Swift.max($0, Swift.abs($1)) }
  guard largest > 0, largest.isFinite else { return largest }
  return largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

extension CriticalPoint.Kind: CustomStringConvertible {
  /// The name: `minimum`, `saddle`, ….
  public var description: String { rawValue }
}

extension CriticalPoint.Kind {
  /// The noun for a number of them: "minimum", "minima".
  package func noun(_ count: Int) -> String {
    if count == 1 { return rawValue }
    return switch self {
    case .minimum: "minima"
    case .maximum: "maxima"
    case .saddle: "saddles"
    case .inflection: "inflections"
    case .undetermined, .regular: rawValue
    }
  }
}
