// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
import RealModule

// MARK: - Equality

extension Tensor: Equatable {
  /// Whether the shapes are the same and all elements equal. NaN differs from everything, itself
  /// included; −0 equals +0.
  ///
  /// - Complexity: O(`count`).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape
      && a.withUnsafeBufferPointer { x in
        b.withUnsafeBufferPointer { y in x.elementsEqual(y) }
      }
  }

  /// Whether the shapes are the same and every pair of elements x, y is near:
  /// |x − y| ≤ max(`absoluteTolerance`, `relativeTolerance` · max(|x|, |y|)).
  ///
  /// Elements are compared one by one, as numbers are by `Real.isApproximatelyEqual`, not by a norm.
  /// NaN is near to nothing, and an infinity only to itself. The default tolerance is √ulp(1), half of
  /// the digits.
  public func isApproximatelyEqual(
    to other: Tensor, relativeTolerance: Scalar = Scalar.ulpOfOne.squareRoot(), absoluteTolerance: Scalar = 0
  ) -> Bool {
    shape == other.shape
      && withUnsafeBufferPointer { x in
        other.withUnsafeBufferPointer { y in
          x.indices.allSatisfy {
            x[$0].isApproximatelyEqual(
              to: y[$0], absoluteTolerance: absoluteTolerance, relativeTolerance: relativeTolerance)
          }
        }
      }
  }

  /// Whether no element is NaN or infinite. True for an empty tensor.
  public var allFinite: Bool {
    withUnsafeBufferPointer { isAllFinite($0.baseAddress!, count: $0.count) }
  }
}

/// 0 · x is 0 for a finite x and NaN for the others; the sum of such products needs no branch.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func isAllFinite<Scalar: TensorScalar>(_ x: UnsafePointer<Scalar>, count: Int) -> Bool {
  var (a, b, c, d): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
  var i = 0
  while i &+ 4 <= count {
    a += x[i] * 0
    b += x[i &+ 1] * 0
    c += x[i &+ 2] * 0
    d += x[i &+ 3] * 0
    i &+= 4
  }
  while i < count {
    a += x[i] * 0
    i &+= 1
  }
  return a + b + c + d == 0
}

// MARK: - Masks

// A mask is a tensor of ones (true) and zeros (false), so that `mask.sum()` counts and `mask.mean()`
// gives a share. Shapes broadcast. Comparisons with NaN are false, except `.!=`.
extension Tensor {
  public static func .< (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.less)) }
  public static func .< (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.less)) }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.lessOrEqual)) }
  public static func .<= (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.lessOrEqual)) }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { b.combined(a, .of(.less)) }
  public static func .> (a: Tensor, b: Scalar) -> Tensor { a.combined(b, isFirst: true, .of(.less)) }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { b.combined(a, .of(.lessOrEqual)) }
  public static func .>= (a: Tensor, b: Scalar) -> Tensor { a.combined(b, isFirst: true, .of(.lessOrEqual)) }
  public static func .== (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.equal)) }
  public static func .== (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.equal)) }
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.notEqual)) }
  public static func .!= (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.notEqual)) }
}

/// `a` where the mask is not 0, and `b` elsewhere; all three broadcast. It selects and does not
/// multiply: a NaN on the side not taken leaves no trace. (NumPy's `where`.)
public func select<Scalar: TensorScalar>(
  _ mask: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
  // Said here, where all three shapes are known.
  for axis in 1...max(1, mask.rank, a.rank, b.rank) {
    var wide = 1
    for shape in [mask.shape, a.shape, b.shape] where axis <= shape.count && shape[shape.count - axis] != 1 {
      let extent = shape[shape.count - axis]
      precondition(
        wide == 1 || wide == extent,
        """
        select of a mask of shape \(mask.shape) and values of shapes \(a.shape) and \(b.shape): they do not \
        broadcast together, extents \(wide) and \(extent) differ and neither is 1.
        """)
      wide = extent
    }
  }
  return Tensor.combined([mask, a, b], .of(.select))
}
