// SPDX-License-Identifier: Apache-2.0

/// A function of a point's variables and data, written once over any ``Number``, operation for operation
/// as the peers have it.
protocol PointFunction: Sendable {
  /// Whether the function has a single output: its Hessian is then asked for, else its Jacobian.
  var isScalar: Bool { get }
  func outputs<T: Number>(_ x: [T], _ p: [T]) -> [T]
}

protocol ScalarFunction: PointFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T
}

extension ScalarFunction {
  var isScalar: Bool { true }
  func outputs<T: Number>(_ x: [T], _ p: [T]) -> [T] { [output(x, p)] }
}

/// Any number of variables.
struct Rosenbrock: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    var f: T = 0
    for i in 0..<x.count - 1 {
      let u = x[i + 1] - x[i] * x[i]
      let v = 1 - x[i]
      f = f + (100 * (u * u) + v * v)
    }
    return f
  }
}

/// Two variables.
struct Himmelblau: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    let u = x[0] * x[0] + x[1] - 11
    let v = x[0] + x[1] * x[1] - 7
    return u * u + v * v
  }
}

/// Two variables.
struct SixHumpCamel: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    let (a, b) = (x[0] * x[0], x[1] * x[1])
    let first = (4 - T(2.1) * a + a * a / 3) * a
    return first + x[0] * x[1] + (4 * b - 4) * b
  }
}

/// Any number of variables: ½ Σ (x⁴ − 16x² + 5x).
struct StyblinskiTang: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    var f: T = 0
    for xi in x {
      let a = xi * xi
      f = f + (a * a - 16 * a + 5 * xi)
    }
    return T(0.5) * f
  }
}

/// Any number of variables: Σ (x² − 1)² + 0.1 Σ xᵢxᵢ₊₁.
struct CoupledWells: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    var f: T = 0
    for xi in x {
      let a = xi * xi - 1
      f = f + a * a
    }
    for i in 0..<x.count - 1 { f = f + T(0.1) * (x[i] * x[i + 1]) }
    return f
  }
}

/// Two variables: the surface that MATLAB draws by that name.
struct Peaks: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    let (x, y) = (x[0], x[1])
    func square(_ z: T) -> T { z * z }
    let first = T(3) * square(T(1) - x) * exp(-square(x) - square(y + T(1)))
    let (x3, y5) = (x * square(x), y * square(square(y)))
    let second = T(10) * (x / T(5) - x3 - y5) * exp(-square(x) - square(y))
    return first - second - exp(-square(x + T(1)) - square(y)) / T(3)
  }
}

/// Three variables: three atoms under Lennard-Jones potentials, of which the first is at the origin, the second at
/// (x, 0) and the third at (y, z).
struct ArgonTrimer: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    /// 4 (r⁻¹² − r⁻⁶) of r².
    func pair(_ square: T) -> T {
      let cube = square * square * square
      return T(4) * (T(1) / (cube * cube) - T(1) / cube)
    }
    let (x, y, z) = (x[0], x[1], x[2])
    return pair(x * x) + pair(y * y + z * z) + pair((y - x) * (y - x) + z * z)
  }
}

/// Four variables: exp(−ab) sin c + log(1 + a² + d²) tanh(bd) + √(1 + c²).
struct Transcendental: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    let (a, b, c, d) = (x[0], x[1], x[2], x[3])
    let waves = exp(-(a * b)) * sin(c)
    let slopes = log(1 + a * a + d * d) * tanh(b * d)
    return waves + slopes + sqrt(1 + c * c)
  }
}

/// ``Transcendental`` + |x|², whose critical points are isolated.
struct RegularisedTranscendental: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    x.reduce(Transcendental().output(x, p)) { $0 + $1 * $1 }
  }
}

/// Logistic loss in the weights (w₁, w₂, c) for data (a, b, y).
struct CrossEntropy: ScalarFunction {
  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    let s = 1 / (1 + exp(-(x[0] * p[0] + x[1] * p[1] + x[2])))
    return -(p[2] * log(s) + (1 - p[2]) * log(1 - s))
  }
}

/// The tool position of a six-joint arm, R⁶ → R³.
struct Arm: PointFunction {
  var isScalar: Bool { false }

  /// The Denavit–Hartenberg parameters d, a, cos α, sin α of each joint.
  private static let joints: [(d: Double, a: Double, cos: Double, sin: Double)] = [
    (0.089159, 0, 0, 1), (0, -0.425, 1, 0), (0, -0.39225, 1, 0), (0.10915, 0, 0, 1), (0.09465, 0, 0, -1),
    (0.0823, 0.1, 1, 0),
  ]

  func outputs<T: Number>(_ q: [T], _ p: [T]) -> [T] {
    let tool = Self.joints[5]
    var (x, y, z) = (T(tool.a) * cos(q[5]), T(tool.a) * sin(q[5]), T(tool.d))
    for i in (0..<5).reversed() {
      let joint = Self.joints[i]
      let (cosAlpha, sinAlpha) = (T(joint.cos), T(joint.sin))
      let (c, s) = (cos(q[i]), sin(q[i]))
      let r = x + T(joint.a)
      let t = cosAlpha * y - sinAlpha * z
      (x, y, z) = (c * r - s * t, s * r + c * t, sinAlpha * y + cosAlpha * z + T(joint.d))
    }
    return [x, y, z]
  }
}

/// The reprojection error of bundle adjustment (ADBench), R¹⁵ → R².
///
/// Variables: rotation (3), centre (3), focal length, principal point (2), k₁, k₂, point (3), weight.
/// Data: the observed feature (2).
struct BundleAdjustment: PointFunction {
  var isScalar: Bool { false }

  func outputs<T: Number>(_ x: [T], _ p: [T]) -> [T] {
    let r = x[0..<3]
    let (focal, k1, k2, weight) = (x[6], x[9], x[10], x[14])
    let v = (0..<3).map { x[11 + $0] - x[3 + $0] }
    let theta = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    let (c, s) = (cos(theta), sin(theta))
    let k = r.map { $0 / theta }
    let cross = [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]]
    let t = (k[0] * v[0] + k[1] * v[1] + k[2] * v[2]) * (1 - c)
    let y = (0..<3).map { v[$0] * c + cross[$0] * s + k[$0] * t }
    let (px, py) = (y[0] / y[2], y[1] / y[2])
    let r2 = px * px + py * py
    let distortion = (1 + k1 * r2 + k2 * (r2 * r2)) * focal
    return [weight * (px * distortion + x[7] - p[0]), weight * (py * distortion + x[8] - p[1])]
  }
}

/// Eight variables: products and differences of what was computed before, `operations` of them, none twice the
/// same. Of coordinates in [0, 1] all values are in [0, 1].
struct LargeGraph: ScalarFunction {
  let operations: Int

  func output<T: Number>(_ x: [T], _ p: [T]) -> T {
    var values = x + x
    for k in 0..<operations / 2 {
      values[k % 16] = 1 - values[(k + 5) % 16] * values[(k + 11) % 16]
    }
    return values.reduce(0) { $0 + $1 }
  }
}
