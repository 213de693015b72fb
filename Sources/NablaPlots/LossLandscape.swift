// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// A loss on a plane through the parameters of a trained model, as a picture: SVG.
///
///     let landscape = LossLandscape(of: { crossEntropy(logits: $0(x), labels: labels) }, around: network)
///     try landscape.svg.write(toFile: "landscape.svg", atomically: true, encoding: .utf8)
///
/// The plane is θ + a d₁ + b d₂, −r ≤ a, b ≤ r, for two directions d₁ and d₂. Contours are those of ``FunctionPlot``.
///
/// - Source: Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018.
public struct LossLandscape: Sendable {
  /// The directions of the plane.
  public enum Directions: Sendable {
    /// Two random ones, normalised to the parameters: each column of a matrix (what leads to one output of a layer),
    /// in tensors of more axes each slice along the last one, and each vector as a whole, has the norm that it has in
    /// the parameters. So a distance means the same for layers of any scale, and what is 0 stays.
    case random(seed: UInt64)
    /// The eigenvectors of the two eigenvalues of the Hessian of largest magnitude, each with the norm of all
    /// parameters, or 1 if that is 0. They are found by Lanczos' method, with at most 100 products of the Hessian with
    /// a vector; where it is not finite the directions are random, and the eigenvalues NaN.
    case curvature
  }

  /// The values of a, and of b.
  public let coordinates: [Double]
  /// The losses at a = `coordinates[i]`, b = `coordinates[j]`: entry [j, i].
  public let losses: Tensor<Double>
  /// The eigenvalues along both directions, of ``Directions/curvature``.
  public let eigenvalues: [Double]?
  /// What stands above the picture.
  public var title: String

  /// - Parameters:
  ///   - loss: as for `gradient(of:at:)`. It is called at each point of the plane.
  ///   - parameters: θ, in the middle of the plane: a tensor, or a structure of tensors.
  ///   - directions: which two span the plane.
  ///   - reach: r, in lengths of the directions.
  ///   - count: the number of points along each direction, 3 or more; an odd one has one at θ.
  ///   - title: what stands above the picture.
  /// - Throws: what the loss throws.
  /// - Complexity: `count`² losses.
  public init<P: TensorTree, Failure: Error>(
    of loss: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, around parameters: P,
    along directions: Directions = .random(seed: 0), reach: Double = 1, count: Int = 41, title: String = ""
  ) throws(Failure) {
    precondition(reach > 0 && reach.isFinite, "a landscape reaches some distance, not \(reach)")
    precondition(count >= 3, "a landscape has 3 or more points along each direction, not \(count)")
    let center = ParameterVector(parameters)
    let plane: (first: [Double], second: [Double])
    switch directions {
    case .random(let seed):
      var generator = SeededGenerator(seed: seed)
      plane = (center.randomDirection(using: &generator), center.randomDirection(using: &generator))
      eigenvalues = nil
    case .curvature:
      let pairs = try leadingEigenpairs(count: center.numbers.count) { v throws(Failure) in
        let direction = center.tree(v)
        return ParameterVector(
          try hessianVectorProduct(of: loss, at: parameters, along: direction).product
        ).numbers
      }
      let length = center.norm > 0 ? center.norm : 1
      func scaled(_ k: Int) -> [Double] {
        k < pairs.count ? pairs[k].vector.map { length * $0 } : center.numbers.map { _ in 0 }
      }
      plane = (scaled(0), scaled(1))
      eigenvalues = pairs.map(\.value)
    }
    coordinates = (0..<count).map { reach * (2 * Double($0) / Double(count - 1) - 1) }
    var losses: [Double] = []
    for b in coordinates {
      for a in coordinates {
        let moved = center.numbers.indices.map { k in
          center.numbers[k] + a * plane.first[k] + b * plane.second[k]
        }
        losses.append(Double(try loss(center.tree(moved).constants).item))
      }
    }
    self.losses = Tensor(shape: [count, count], scalars: losses)
    self.title = title
  }

  /// The picture.
  public var svg: String {
    let surface = ContourSurface(x: coordinates, y: coordinates, values: losses.scalars)
    var legend = Legend()
    legend.add(.point, "the parameters")
    func name(_ k: Int) -> String {
      guard let eigenvalues, k < eigenvalues.count else { return "direction \(k + 1)" }
      return "eigenvector of \(Ticks.label(eigenvalues[k] + 0, digits: 4))"
    }
    return surface.document(
      title: title, fallbackTitle: "loss landscape", names: (name(0), name(1)), valueName: "loss",
      legend: legend
    ) { _ in
    } signs: { svg in
      Marker.drawPoint(at: surface.frame.place(0, 0), in: &svg)
    }
  }
}

/// The numbers of a structure of tensors, one after another.
struct ParameterVector<P: TensorTree> {
  let parameters: P
  let shapes: [[Int]]
  let numbers: [Double]

  init(_ parameters: P) {
    self.parameters = parameters
    let leaves = parameters.leaves
    shapes = leaves.map(\.shape)
    numbers = leaves.flatMap { $0.scalars.map { Double($0) } }
  }

  var norm: Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// The structure with other numbers.
  func tree(_ numbers: [Double]) -> P {
    var start = 0
    return parameters.replacingLeaves(
      with: shapes.map { shape in
        let count = shape.reduce(1, *)
        defer { start += count }
        return Tensor(shape: shape, scalars: numbers[start..<start + count].map { P.Scalar($0) })
      })
  }

  func randomDirection(using generator: inout SeededGenerator) -> [Double] {
    var direction = Tensor<Double>.normal([numbers.count], using: &generator).scalars
    var start = 0
    for shape in shapes {
      let count = shape.reduce(1, *)
      // Numbers whose places are equal modulo the length of the last axis are one slice.
      let slices = shape.count >= 2 ? shape[shape.count - 1] : 1
      for slice in 0..<Swift.min(slices, count) {
        let places = stride(from: start + slice, to: start + count, by: slices)
        func norm(_ x: [Double]) -> Double { places.reduce(0) { $0 + x[$1] * x[$1] }.squareRoot() }
        let factor = norm(numbers) / norm(direction)
        for k in places { direction[k] *= factor }
      }
      start += count
    }
    return direction
  }
}
