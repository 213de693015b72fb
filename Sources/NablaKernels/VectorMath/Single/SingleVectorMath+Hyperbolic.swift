// SPDX-License-Identifier: Apache-2.0

// sinh, cosh, tanh and sech of floats, and their inverses.

extension SingleVectorMath {
  /// sinh x = ½ (m + m/(m+1)), m = eˣ − 1.
  ///
  /// Largest error: 0.508 ulp.
  static func sinh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = magnitude(&b, x, upTo: 90)
    let result = b.inDoublePrecision([a]) { b, a in
      let m = exponential(&b, a[0]).lessOne(&b)
      let sum = b.add(m, b.divide(m, b.add(m, b.constant(1))))
      return b.multiply(sum, b.constant(0.5))
    }
    return odd(&b, x, result)
  }

  /// cosh x = ½ (eˣ + e⁻ˣ).
  ///
  /// Largest error: 0.503 ulp.
  static func cosh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = magnitude(&b, x, upTo: 90)
    return b.inDoublePrecision([a]) { b, a in
      let e = exponential(&b, a[0]).value(&b)
      return b.multiply(b.add(e, b.divide(b.constant(1), e)), b.constant(0.5))
    }
  }

  /// tanh x = m/(m+2), m = e²ˣ − 1.
  ///
  /// Largest error: 0.507 ulp.
  static func tanh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // From 10 on the result is 1.
    let a = magnitude(&b, x, upTo: 10)
    let result = b.inDoublePrecision([b.add(a, a)]) { b, a in
      let m = exponential(&b, a[0]).lessOne(&b)
      return b.divide(m, b.add(m, b.constant(2)))
    }
    return odd(&b, x, result)
  }

  /// sech x = 2t/(1+t²), t = e⁻ˣ.
  ///
  /// Largest error: 0.503 ulp.
  static func sech(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = magnitude(&b, x, upTo: 110)
    return b.inDoublePrecision([b.negate(a)]) { b, a in
      let t = exponential(&b, a[0]).value(&b)
      return b.divide(b.add(t, t), b.multiplyAdd(t, t, b.constant(1)))
    }
  }

  /// asinh x = log(1 + v), v = |x| + x²/(1 + √(1+x²)).
  ///
  /// Largest error: 0.503 ulp.
  static func asinh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let (one, square) = (b.constant(1), b.multiply(a[0], a[0]))
      let root = b.squareRoot(b.add(square, one))
      return logarithm(&b, ofOnePlus: b.add(a[0], b.divide(square, b.add(root, one))))
    }
    return odd(&b, x, b.select(b.compare(a, .less, b.constant(.infinity)), result, a))
  }

  /// acosh x = log(1 + v), v = t + √(t(t+2)), t = x − 1. NaN below 1.
  ///
  /// Largest error: 0.503 ulp.
  static func acosh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in
      let t = b.subtract(x[0], b.constant(1))
      let root = b.squareRoot(b.multiply(t, b.add(t, b.constant(2))))
      return logarithm(&b, ofOnePlus: b.add(t, root))
    }
    let finite = b.select(b.compare(x, .less, b.constant(.infinity)), result, x)
    return b.or(finite, b.compare(x, .less, b.constant(1)))
  }

  /// atanh x = ½ log(1 + v), v = 2|x|/(1 − |x|). NaN beyond ±1.
  ///
  /// Largest error: 0.503 ulp.
  static func atanh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let v = b.divide(b.add(a[0], a[0]), b.subtract(b.constant(1), a[0]))
      return b.multiply(logarithm(&b, ofOnePlus: v), b.constant(0.5))
    }
    let one = b.constant(1)
    let value = b.select(b.compare(a, .equal, one), b.constant(.infinity), result)
    return odd(&b, x, b.or(value, b.compare(a, .notLessOrEqual, one)))
  }
}
