// SPDX-License-Identifier: Apache-2.0

/// The 21-point Kronrod rule that extends the 10-point Gauss rule, on [−1, 1].
///
/// Nodes and weights: Piessens, de Doncker-Kapenga, Überhuber and Kahaner, "QUADPACK" (Springer 1983), routine QK21,
/// computed there with 80 digits by L. W. Fullerton.
enum GaussKronrod {
  static let count = 21

  /// The non-negative nodes in descending order; those at odd places are Gauss nodes.
  private static let half: [Double] = [
    0.995657163025808080735527280689003, 0.973906528517171720077964012084452,
    0.930157491355708226001207180059508, 0.865063366688984510732096688423493,
    0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784,
    0.294392862701460198131126603103866, 0.148874338981631210884826001129720, 0,
  ]
  private static let kronrod: [Double] = [
    0.011694638867371874278064396062192, 0.032558162307964727478818972459390,
    0.054755896574351996031381300244580, 0.075039674810919952767043140916190,
    0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707,
    0.142775938577060080797094273138717, 0.147739104901338491374841515972068,
    0.149445554002916905664936468389821,
  ]
  private static let gauss: [Double] = [
    0.066671344308688137593568809893332, 0.149451349150580593145863397657697,
    0.219086362515982043995534934228163, 0.269266719309996355091226921569469,
    0.295524224714752870173815619188769,
  ]

  /// The nodes in ascending order.
  static let nodes: [Double] = half.map(-) + half.dropLast().reversed()
  /// The weights of the 21-point rule.
  static let weights: [Double] = kronrod + kronrod.dropLast().reversed()
  /// The weights of the 10-point rule, 0 at nodes that it lacks.
  static let gaussWeights: [Double] = {
    let left = (0..<10).map { $0 % 2 == 1 ? gauss[$0 / 2] : 0 }
    return left + [0] + left.reversed()
  }()

  /// The integral over an interval of a function with these values at the nodes, an estimate of its error, and ∫|f|.
  ///
  /// With δ = |K₂₁ − G₁₀| and V = ∫|f − mean|, the estimate is V · min(1, (200 δ/V)^1.5), as in QUADPACK: for smooth
  /// integrands K₂₁ is far better than δ says.
  static func estimate(
    _ values: UnsafePointer<Double>, width: Double
  ) -> (value: Double, error: Double, absolute: Double) {
    var (k, g, absolute) = (0.0, 0.0, 0.0)
    for i in 0..<count {
      k += weights[i] * values[i]
      g += gaussWeights[i] * values[i]
      absolute += weights[i] * Swift.abs(values[i])
    }
    let mean = 0.5 * k
    var variation = 0.0
    for i in 0..<count { variation += weights[i] * Swift.abs(values[i] - mean) }
    let scale = 0.5 * width
    variation *= scale
    var error = Swift.abs(k - g) * scale
    if variation > 0 && error > 0 {
      let ratio = 200 * error / variation
      error = variation * Swift.min(1, ratio * ratio.squareRoot())
    }
    return (k * scale, error, absolute * scale)
  }
}
