// SPDX-License-Identifier: Apache-2.0

// The operators of the types that one mostly meets, once more and not generic. They do nothing that the
// generic ones do not, but where an operator is a member of a generic type the compiler weighs it against
// those of all protocols: 0.5 * .exp(-x * x) + 2.5 * .sin(x) / (1 + x * x) took 13 s to type check with the
// generic operators alone, and takes 0.03 s with these. Generic code, `func f<T: Real>(_ x: T) -> T`, does
// not need them.

/// The operators as a protocol's, which are the generic ones.
@usableFromInline
enum GenericOperators {
  @inlinable @inline(__always) static func sum<T: ForwardNumber>(_ a: T, _ b: T) -> T { a + b }
  @inlinable @inline(__always) static func difference<T: ForwardNumber>(_ a: T, _ b: T) -> T { a - b }
  @inlinable @inline(__always) static func product<T: ForwardNumber>(_ a: T, _ b: T) -> T { a * b }
  @inlinable @inline(__always) static func quotient<T: ForwardNumber>(_ a: T, _ b: T) -> T { a / b }
}

extension Dual where Tangent == Double {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension Dual where Tangent == SIMD2<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension Dual where Tangent == SIMD4<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension Dual where Tangent == SIMD8<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension HyperDual where Gradient == Double {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension HyperDual where Gradient == SIMD2<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension HyperDual where Gradient == SIMD4<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}

extension HyperDual where Gradient == SIMD8<Double> {
  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { GenericOperators.sum(a, b) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { GenericOperators.difference(a, b) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { GenericOperators.product(a, b) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { GenericOperators.quotient(a, b) }
}
