// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// How far away critical points of an unbounded box can lie.
///
/// Where the gradient is polynomial in the unbounded variables, the points with the largest of their magnitudes at 1/ρ
/// are x = u/ρ with u on the faces of the cube |u|∞ = 1 and 0 ≤ ρ ≤ 1: a bounded box for each face, in which the
/// equations ρᵈ gᵢ(u/ρ) = 0 are solved by branch and prune. What is found has ρ > 0 and says how large a bounded box
/// holds everything; only what reaches down to ρ = 0 stays open.
struct FarRegion {
  /// A bounded part of the box, outside of which there is no critical point, unless the far region is open.
  let core: Box
  /// The parts of the box outside the core in which there may be critical points; they may overlap.
  let open: [[Interval]]

  /// The most boxes for one face.
  private static let faceBoxes = 20_000

  /// What is left open nearer to ρ = 0 than this is taken to reach it.
  private static let farthest = 1e6

  /// The least bounds of the core where something is open beyond.
  private static let defaultReach = 100.0

  /// - Parameter sides: expressions with the zeros of the gradient's components.
  init(
    of box: Box, _ function: Function, sides: [Expr], parameters: [Double],
    options: CertificationOptions, deadline: ContinuousClock.Instant
  ) {
    let unbounded = (0..<box.dimension).filter { box.lower[$0].isInfinite || box.upper[$0].isInfinite }
    let fresh = Expr.traced("u", unbounded.count + 1)
    let scale = fresh[unbounded.count]
    let images = Dictionary(uniqueKeysWithValues: zip(unbounded.map { function.variables[$0] }, fresh))
    // No face stands for points beside the finite bound of a half-infinite side: twice as far, the core holds them.
    var reach = unbounded.reduce(1.0) { reach, j in
      [box.lower[j], box.upper[j]].filter(\.isFinite).reduce(reach) { Swift.max($0, Swift.abs($1)) }
    }
    let homogenization = Homogenization(images: images, scale: scale)
    guard let equations = homogenization(sides) else {
      self.init(of: box, reach: Swift.max(2 * reach, Self.defaultReach), isOpen: { _, _ in true })
      return
    }
    var limits = options
    limits.maxBoxes = Swift.min(limits.maxBoxes, Self.faceBoxes)
    var openFaces: Set<[Int]> = []
    for axis in unbounded {
      for sign in [-1, 1] where sign < 0 ? box.lower[axis].isInfinite : box.upper[axis].isInfinite {
        let image = images[function.variables[axis]]!
        let fixed = equations.map { $0.substituting(image, by: Expr(Double(sign))) }
        // The variables of the face: the other images, the bounded variables, and ρ.
        var variables: [Expr] = []
        var ranges: [Interval] = []
        for j in 0..<box.dimension where j != axis {
          variables.append(images[function.variables[j]] ?? function.variables[j])
          ranges.append(
            unbounded.contains(j)
              ? Interval(
                box.lower[j].isInfinite ? -1 : Swift.min(0, Swift.max(-1, box.lower[j])),
                box.upper[j].isInfinite ? 1 : Swift.max(0, Swift.min(1, box.upper[j])))
              : Interval(box.lower[j], box.upper[j]))
        }
        let face = Box(uncheckedLower: ranges.map(\.lower) + [0], upper: ranges.map(\.upper) + [1])
        let system = GradientSystem(
          equations: fixed, variables: variables + [scale], parameters: function.parameters,
          values: parameters)
        var proof = BranchAndPrune(system, box: face, options: limits, deadline: deadline) { _, _ in true }
        proof.run(stopsWhenGrowing: true)
        for part in proof.zeros.map(\.enclosure) + proof.undecided {
          let far = part[part.count - 1]
          // A zero at infinity with none near it.
          if far.upper == 0 { continue }
          if far.lower <= 1 / Self.farthest {
            openFaces.insert([axis, sign])
          } else {
            reach = Swift.max(reach, 1 / far.lower)
          }
        }
      }
    }
    // A little farther, and to a round number, so that nothing lies on the edge.
    let round = Double(sign: .plus, exponent: Int(reach.exponent) + 2, significand: 1)
    self.init(
      of: box, reach: openFaces.isEmpty ? round : Swift.max(round, Self.defaultReach),
      isOpen: { openFaces.contains([$0, $1]) })
  }

  /// - Parameters:
  ///   - reach: more than the magnitude of all finite bounds of half-infinite sides.
  ///   - isOpen: whether there may be critical points whose coordinate of this axis, with this sign, has the largest
  ///     magnitude of all unbounded ones.
  private init(of box: Box, reach: Double, isOpen: (_ axis: Int, _ sign: Int) -> Bool) {
    core = Box(
      uncheckedLower: box.lower.map { $0.isFinite ? $0 : -reach },
      upper: box.upper.map { $0.isFinite ? $0 : reach })
    let whole = zip(box.lower, box.upper).map { Interval($0, $1) }
    var open: [[Interval]] = []
    for j in whole.indices {
      // The other coordinates may be anywhere: on the way to a point far away along y = x², x leaves the core too.
      var part = whole
      if box.lower[j].isInfinite && isOpen(j, -1) {
        part[j] = Interval(-.infinity, -reach)
        open.append(part)
      }
      if box.upper[j].isInfinite && isOpen(j, 1) {
        part[j] = Interval(reach, .infinity)
        open.append(part)
      }
    }
    self.open = open
  }
}
