// SPDX-License-Identifier: Apache-2.0

/// The derivative as the textbook has it, by the central difference quotient
///
///     f'(x) ≈ (f(x + h) − f(x − h)) / 2h,
///
/// to see what a derivative is. Its error is h² f'''(x)/6 by cutting off Taylor's series, and about 2⁻⁵³ |f(x)|/h by
/// rounding: smaller steps are better until they are worse. The least error, some 10⁻¹¹, is at h near 10⁻⁵. For
/// derivatives to work with see ``finiteDifferenceDerivative(of:at:order:options:)`` and, exact, `Function`.
///
/// - Precondition: h is not 0.
/// - Complexity: two values of f.
public func numericalDerivative(_ f: (Double) -> Double, _ x: Double, _ h: Double = 1e-5) -> Double {
  precondition(h != 0, "the step of a difference quotient is not 0")
  return (f(x + h) - f(x - h)) / (2 * h)
}

/// The function x ↦ f'(x) by the central difference quotient: applied twice it gives the second derivative,
///
///     let slope = numericalDerivative({ $0 * $0 * $0 })
///     let curvature = numericalDerivative(slope, h: 1e-3)
///     curvature(2)   // 12, to some 7 digits
///
/// for which larger steps are better: the rounding error of the inner one is divided by the outer h again.
///
/// - Precondition: h is not 0.
public func numericalDerivative(
  _ f: @escaping @Sendable (Double) -> Double, h: Double = 1e-5
) -> @Sendable (Double) -> Double {
  precondition(h != 0, "the step of a difference quotient is not 0")
  return { numericalDerivative(f, $0, h) }
}
