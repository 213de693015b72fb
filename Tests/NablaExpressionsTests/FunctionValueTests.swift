// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

/// The value of every function of the language, called by name, against high-precision references and at
/// the edges of its domain.
@Suite struct FunctionValueTests {
  /// glibc states errors of at most 2 ulp for these functions in round-to-nearest on x86-64, and
  /// `lgamma` up to 4; sigmoid and softplus add two roundings to those of `exp` and `log1p`.
  @Test(arguments: FunctionValueTests.references.indices)
  func agreesWithReference(index: Int) throws {
    let (name, arguments, expected) = FunctionValueTests.references[index]
    let operation = try #require(Operation.named(name))
    let value = Expr.applying(operation, to: arguments.map { Expr($0) }).constantValue ?? 12345
    if expected.isNaN { #expect(value.isNaN, "\(name)\(arguments) = \(value)") }
    if expected.isNaN { return }
    if expected.isInfinite || expected == 0 {
      #expect(value == expected, "\(name)\(arguments) = \(value)")
      return
    }
    #expect(
      abs(value - expected) <= 4 * expected.ulp,
      "\(name)\(arguments) = \(value), expected \(expected), \((value - expected) / expected.ulp) ulp")
  }

  @Test func everyFunctionIsTested() {
    let tested = Set(FunctionValueTests.references.map(\.name))
    let elsewhere: Set = ["polygamma", "sinc_derivative", "where"]
    for name in Operation.functionNames where !elsewhere.contains(name) {
      #expect(tested.contains(name), "\(name) has no reference value")
    }
  }

  @Test func everyOperationHasOneRowAndAName() {
    for operation in Operation.allCases { #expect(operation.definition.operation == operation) }
    let functions = Operation.allCases.filter { $0.definition.notation == .function }
    #expect(Set(functions.map(\.definition.spelling)).count == functions.count)
    for operation in functions { #expect(Operation.named(operation.definition.spelling) == operation) }
    #expect(Operation.functionNames == Operation.functionNames.sorted())
    let promised =
      "sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh "
      + "asinh acosh atanh erf erfc lgamma abs sign floor ceil min max hypot pow sigmoid softplus relu where"
    for name in promised.split(separator: " ") { #expect(Operation.named(String(name)) != nil) }
  }

  @Test func zerosKeepTheirSign() {
    for name in [
      "sqrt", "cbrt", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "expm1",
    ] {
      guard let operation = Operation.named(name) else { continue }
      let value = Expr.applying(operation, to: Expr(-0.0)).constantValue ?? 1
      #expect(value == 0 && value.sign == .minus, "\(name)(-0)")
    }
  }

  /// Operations that the table calls never negative.
  @Test(arguments: [UInt64(20260101)])
  func nonNegativeOperationsAreSo(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for operation in Operation.allCases where operation.definition.isNonNegative {
      for _ in 0..<5000 {
        let (a, b) = (randomDouble(&random), randomDouble(&random))
        let value: Double? =
          switch operation.definition.value {
          case .unary(let value): value(a)
          case .binary(let value): value(a, b)
          default: nil
          }
        guard let value else { continue }
        // −0 counts as negative only where its sign could matter: the graph's rules are up to it.
        #expect(value >= 0 || value.isNaN, "\(operation)(\(a), \(b)) = \(value), seed \(seed)")
      }
    }
  }

  /// By mpmath 1.3.0 with 400 digits; the second part, edges, is what IEEE 754-2019 and C annex F say.
  static let references: [(name: String, arguments: [Double], value: Double)] = [
    ("sinc", [0], 1), ("sinc", [2.5], 0.2393888576415825976207419),
    ("sinc", [-1e-3], 0.9999998333333416666664613), ("sinc", [1e5], 3.57487979720165093164705e-7),
    ("sinc", [.infinity], .nan),
    ("xlogy", [0, 0], 0), ("xlogy", [0, -1], 0), ("xlogy", [0, .nan], .nan), ("xlogy", [1, 0], -.infinity),
    ("xlogy", [0.7, 3], 0.7690286020676767351884853), ("xlogy", [-2, 1e-300], 1381.551055796427410360677),
    ("stop_gradient", [2.5], 2.5),
    ("sqrt", [2.0], 1.4142135623730950488),
    ("sqrt", [1e-308], 9.99999999999999954663e-155),
    ("sqrt", [1e+300], 1.00000000000000002625e+150),
    ("sqrt", [.leastNonzeroMagnitude], 2.22275874948507748344e-162),
    ("cbrt", [2.0], 1.25992104989487316477),
    ("cbrt", [-27.0], -3.0),
    ("cbrt", [1e-300], 1.00000000000000000835e-100),
    ("cbrt", [-1e+300], -1.0000000000000000175e+100),
    ("cbrt", [.leastNonzeroMagnitude], 1.70318393600326028796e-108),
    ("exp", [1.0], 2.71828182845904523536),
    ("exp", [-1.0], 0.367879441171442321596),
    ("exp", [700.0], 1.01423205473500450946e+304),
    ("exp", [-745.0], .leastNonzeroMagnitude),
    ("exp", [1e-20], 1.00000000000000000001),
    ("exp", [0.5], 1.64872127070012814685),
    ("exp", [-30.25], 7.28772409581969241934e-14),
    ("exp2", [0.5], 1.4142135623730950488),
    ("exp2", [-1074.0], .leastNonzeroMagnitude),
    ("exp2", [1023.5], 1.27116100615364628366e+308),
    ("exp2", [-3.75], 0.0743254446876700666698),
    ("expm1", [1e-20], 9.99999999999999945158e-21),
    ("expm1", [-1e-05], -0.00000999995000016666706802),
    ("expm1", [1.0], 1.71828182845904523536),
    ("expm1", [-50.0], -1.0),
    ("expm1", [700.0], 1.01423205473500450946e+304),
    ("log", [2.0], 0.693147180559945309417),
    ("log", [1e+300], 690.775527898213705258),
    ("log", [0.9999999], -1.0000000494736474329e-7),
    ("log", [1.0000001], 9.99999950583870451775e-8),
    ("log2", [3.0], 1.58496250072115618145),
    ("log2", [8.0], 3.0),
    ("log2", [1e-300], -996.578428466208704325),
    ("log2", [0.9999], -0.000144276718045019312193),
    ("log10", [3.0], 0.477121254719662437295),
    ("log10", [1000.0], 3.0),
    ("log10", [1e-300], -299.999999999999999989),
    ("log10", [0.9999], -0.0000434316198075056010135),
    ("log1p", [1e-20], 9.99999999999999945148e-21),
    ("log1p", [-0.5], -0.693147180559945309417),
    ("log1p", [-0.999999], -13.8155105579355184396),
    ("log1p", [1e+300], 690.775527898213705258),
    ("log1p", [1e-05], 0.00000999995000033333165138),
    ("sin", [1.0], 0.841470984807896506653),
    ("sin", [3.14159], 0.00000265358979335273007742),
    ("sin", [1e+22], -0.852200849767188801773),
    ("sin", [-0.5], -0.479425538604203000273),
    ("sin", [1e-300], 1.00000000000000002506e-300),
    ("sin", [100000.0], 0.0357487979720165093165),
    ("cos", [1.0], 0.540302305868139717401),
    ("cos", [1.5707963267948966], 6.12323399573676588613e-17),
    ("cos", [1e+22], 0.523214785395138945498),
    ("cos", [1e-09], 0.9999999999999999995),
    ("cos", [100000.0], -0.999360807438212451891),
    ("tan", [1.0], 1.55740772465490223051),
    ("tan", [1.5707963267948966], 16331239353195369.756),
    ("tan", [1e+22], -1.62877822560689887855),
    ("tan", [1e-300], 1.00000000000000002506e-300),
    ("tan", [-0.7], -0.842288380463079372213),
    ("asin", [0.5], 0.523598775598298873077),
    ("asin", [-1.0], -1.57079632679489661923),
    ("asin", [1.0], 1.57079632679489661923),
    ("asin", [1e-300], 1.00000000000000002506e-300),
    ("asin", [0.9999999], 1.57034911319578757799),
    ("acos", [0.5], 1.04719755119659774615),
    ("acos", [-1.0], 3.14159265358979323846),
    ("acos", [0.9999999], 0.000447213599109041237073),
    ("acos", [1e-20], 1.57079632679489661922),
    ("atan", [1.0], 0.785398163397448309616),
    ("atan", [-1e+300], -1.57079632679489661923),
    ("atan", [1e-300], 1.00000000000000002506e-300),
    ("atan", [0.3], 0.29145679447786708181),
    ("sinh", [1.0], 1.17520119364380145688),
    ("sinh", [710.0], 1.11699738308085551563e+308),
    ("sinh", [-1e-300], -1.00000000000000002506e-300),
    ("sinh", [-20.5], -399951088.737752702727),
    ("cosh", [1.0], 1.54308063481524377848),
    ("cosh", [710.0], 1.11699738308085551563e+308),
    ("cosh", [1e-300], 1.0),
    ("cosh", [-20.5], 399951088.737752703977),
    ("tanh", [1.0], 0.761594155955764888119),
    ("tanh", [20.0], 0.999999999999999991503),
    ("tanh", [1e-300], 1.00000000000000002506e-300),
    ("tanh", [-0.3], -0.291312612451590895658),
    ("asinh", [1.0], 0.881373587019543025233),
    ("asinh", [1e+300], 691.468675078773650567),
    ("asinh", [1e-300], 1.00000000000000002506e-300),
    ("asinh", [-0.3], -0.295673047563422428469),
    ("acosh", [1.0000001], 0.000447213591903734727074),
    ("acosh", [2.0], 1.31695789692481670863),
    ("acosh", [1e+300], 691.468675078773650567),
    ("atanh", [0.5], 0.549306144334054845698),
    ("atanh", [-0.9999999], -8.4056213910223098609),
    ("atanh", [1e-300], 1.00000000000000002506e-300),
    ("erf", [0.5], 0.520499877813046537683),
    ("erf", [-3.0], -0.999977909503001414559),
    ("erf", [1e-300], 1.12837916709551260217e-300),
    ("erf", [6.0], 0.99999999999999997848),
    ("erfc", [0.5], 0.479500122186953462317),
    ("erfc", [-3.0], 1.99997790950300141456),
    ("erfc", [10.0], 2.088487583762544757e-45),
    ("erfc", [26.5], 2.21090766426373427593e-307),
    ("lgamma", [0.5], 0.572364942924700087072),
    ("lgamma", [3.5], 1.20097360234707422482),
    ("lgamma", [-0.5], 1.26551212348464539649),
    ("lgamma", [-2.3], 0.369566663455008037459),
    ("lgamma", [1e-300], 690.77552789821370518),
    ("lgamma", [100000.0], 1051287.7089736568949),
    ("lgamma", [171.5], 709.143163030928242272),
    ("sigmoid", [0.5], 0.622459331201854564639),
    ("sigmoid", [-0.5], 0.377540668798145435361),
    ("sigmoid", [-700.0], 9.85967654375977085671e-305),
    ("sigmoid", [40.0], 0.999999999999999995752),
    ("sigmoid", [-40.0], 4.24835425529158897728e-18),
    ("softplus", [0.5], 0.974076984180106680873),
    ("softplus", [-0.5], 0.474076984180106680873),
    ("softplus", [-700.0], 9.85967654375977085671e-305),
    ("softplus", [40.0], 40.0000000000000000042),
    ("softplus", [-40.0], 4.2483542552915889863e-18),
    ("softplus", [800.0], 800.0),
    ("abs", [-2.5], 2.5),
    ("sign", [-2.5], -1.0),
    ("sign", [1e-300], 1.0),
    ("floor", [-2.5], -3.0),
    ("floor", [2.5], 2.0),
    ("floor", [1e+300], 1.0000000000000000525e+300),
    ("floor", [-1e-300], -1.0),
    ("ceil", [-2.5], -2.0),
    ("ceil", [2.5], 3.0),
    ("ceil", [1e+300], 1.0000000000000000525e+300),
    ("ceil", [1e-300], 1.0),
    ("relu", [-2.5], 0.0),
    ("relu", [2.5], 2.5),
    ("atan2", [1.0, 2.0], 0.463647609000806116214),
    ("atan2", [-1.0, -2.0], -2.67794504458898712225),
    ("atan2", [1e-300, -1.0], 3.14159265358979323846),
    ("atan2", [1e+300, 1e-300], 1.57079632679489661923),
    ("hypot", [3.0, 4.0], 5.0),
    ("hypot", [1e+200, 1e+200], 1.414213562373095006e+200),
    ("hypot", [1e-200, 2e-200], 2.23606797749978965638e-200),
    ("hypot", [1.0, 1e-20], 1.0),
    ("min", [1.0, 2.0], 1.0),
    ("min", [-3.0, 2.0], -3.0),
    ("max", [1.0, 2.0], 2.0),
    ("max", [-3.0, 2.0], 2.0),
    ("pow", [2.0, 0.5], 1.4142135623730950488),
    ("pow", [10.0, -300.5], 3.162277660168379332e-301),
    ("pow", [0.1, 7.25], 5.62341325190349306713e-8),
    ("pow", [1.0000001, 1000000000.0], 2.68810385821446460549e+43),
    ("sqrt", [-1.0], .nan),
    ("sqrt", [.infinity], .infinity),
    ("sqrt", [0.0], 0.0),
    ("sqrt", [.nan], .nan),
    ("cbrt", [-.infinity], -.infinity),
    ("cbrt", [0.0], 0.0),
    ("cbrt", [.nan], .nan),
    ("exp", [.infinity], .infinity),
    ("exp", [-.infinity], 0.0),
    ("exp", [0.0], 1.0),
    ("exp", [710.0], .infinity),
    ("exp", [-750.0], 0.0),
    ("exp", [.nan], .nan),
    ("exp2", [.infinity], .infinity),
    ("exp2", [-.infinity], 0.0),
    ("exp2", [1024.0], .infinity),
    ("exp2", [.nan], .nan),
    ("expm1", [.infinity], .infinity),
    ("expm1", [-.infinity], -1.0),
    ("expm1", [0.0], 0.0),
    ("expm1", [.nan], .nan),
    ("log", [0.0], -.infinity),
    ("log", [-0.0], -.infinity),
    ("log", [-1.0], .nan),
    ("log", [.infinity], .infinity),
    ("log", [1.0], 0.0),
    ("log", [.nan], .nan),
    ("log2", [0.0], -.infinity),
    ("log2", [-1.0], .nan),
    ("log2", [.infinity], .infinity),
    ("log2", [1.0], 0.0),
    ("log2", [.nan], .nan),
    ("log10", [0.0], -.infinity),
    ("log10", [-1.0], .nan),
    ("log10", [.infinity], .infinity),
    ("log10", [1.0], 0.0),
    ("log10", [.nan], .nan),
    ("log1p", [-1.0], -.infinity),
    ("log1p", [-2.0], .nan),
    ("log1p", [.infinity], .infinity),
    ("log1p", [0.0], 0.0),
    ("log1p", [.nan], .nan),
    ("sin", [.infinity], .nan),
    ("sin", [-.infinity], .nan),
    ("sin", [0.0], 0.0),
    ("sin", [.nan], .nan),
    ("cos", [.infinity], .nan),
    ("cos", [0.0], 1.0),
    ("cos", [.nan], .nan),
    ("tan", [.infinity], .nan),
    ("tan", [0.0], 0.0),
    ("tan", [.nan], .nan),
    ("asin", [1.5], .nan),
    ("asin", [0.0], 0.0),
    ("asin", [.nan], .nan),
    ("acos", [-1.5], .nan),
    ("acos", [1.0], 0.0),
    ("acos", [.nan], .nan),
    ("atan", [0.0], 0.0),
    ("atan", [.nan], .nan),
    ("atan", [.infinity], 1.5707963267948966),
    ("sinh", [.infinity], .infinity),
    ("sinh", [-.infinity], -.infinity),
    ("sinh", [0.0], 0.0),
    ("sinh", [.nan], .nan),
    ("cosh", [.infinity], .infinity),
    ("cosh", [-.infinity], .infinity),
    ("cosh", [0.0], 1.0),
    ("cosh", [.nan], .nan),
    ("tanh", [.infinity], 1.0),
    ("tanh", [-.infinity], -1.0),
    ("tanh", [0.0], 0.0),
    ("tanh", [.nan], .nan),
    ("asinh", [.infinity], .infinity),
    ("asinh", [-.infinity], -.infinity),
    ("asinh", [0.0], 0.0),
    ("asinh", [.nan], .nan),
    ("acosh", [1.0], 0.0),
    ("acosh", [0.5], .nan),
    ("acosh", [.infinity], .infinity),
    ("acosh", [.nan], .nan),
    ("atanh", [1.0], .infinity),
    ("atanh", [-1.0], -.infinity),
    ("atanh", [2.0], .nan),
    ("atanh", [0.0], 0.0),
    ("atanh", [.nan], .nan),
    ("erf", [.infinity], 1.0),
    ("erf", [-.infinity], -1.0),
    ("erf", [0.0], 0.0),
    ("erf", [.nan], .nan),
    ("erfc", [.infinity], 0.0),
    ("erfc", [-.infinity], 2.0),
    ("erfc", [0.0], 1.0),
    ("erfc", [.nan], .nan),
    ("lgamma", [0.0], .infinity),
    ("lgamma", [-1.0], .infinity),
    ("lgamma", [-7.0], .infinity),
    ("lgamma", [.infinity], .infinity),
    ("lgamma", [1.0], 0.0),
    ("lgamma", [2.0], 0.0),
    ("lgamma", [.nan], .nan),
    ("sigmoid", [.infinity], 1.0),
    ("sigmoid", [-.infinity], 0.0),
    ("sigmoid", [0.0], 0.5),
    ("sigmoid", [.nan], .nan),
    ("softplus", [.infinity], .infinity),
    ("softplus", [-.infinity], 0.0),
    ("softplus", [.nan], .nan),
    ("abs", [-.infinity], .infinity),
    ("abs", [-0.0], 0.0),
    ("abs", [.nan], .nan),
    ("sign", [0.0], 0.0),
    ("sign", [.infinity], 1.0),
    ("sign", [-.infinity], -1.0),
    ("sign", [.nan], .nan),
    ("floor", [.infinity], .infinity),
    ("floor", [-0.0], -0.0),
    ("floor", [.nan], .nan),
    ("ceil", [-.infinity], -.infinity),
    ("ceil", [.nan], .nan),
    ("ceil", [-0.5], -0.0),
    ("relu", [0.0], 0.0),
    ("relu", [.infinity], .infinity),
    ("relu", [-.infinity], 0.0),
    ("relu", [.nan], .nan),
    ("atan2", [0.0, 0.0], 0.0),
    ("atan2", [0.0, -1.0], 3.141592653589793),
    ("atan2", [-0.0, -1.0], -3.141592653589793),
    ("atan2", [.nan, 1.0], .nan),
    ("atan2", [1.0, .nan], .nan),
    ("atan2", [.infinity, .infinity], 0.7853981633974483),
    ("hypot", [.infinity, .nan], .infinity),
    ("hypot", [.nan, -.infinity], .infinity),
    ("hypot", [0.0, 0.0], 0.0),
    ("hypot", [.nan, 1.0], .nan),
    ("hypot", [-.infinity, 1.0], .infinity),
    ("min", [.nan, 1.0], .nan),
    ("min", [1.0, .nan], .nan),
    ("min", [-.infinity, .infinity], -.infinity),
    ("min", [2.0, 2.0], 2.0),
    ("max", [.nan, 1.0], .nan),
    ("max", [1.0, .nan], .nan),
    ("max", [-.infinity, .infinity], .infinity),
    ("max", [2.0, 2.0], 2.0),
    ("pow", [.nan, 0.0], 1.0),
    ("pow", [1.0, .nan], 1.0),
    ("pow", [0.0, 0.0], 1.0),
    ("pow", [0.0, -1.0], .infinity),
    ("pow", [-8.0, 0.3333333333333333], .nan),
    ("pow", [-2.0, 3.0], -8.0),
    ("pow", [.infinity, -1.0], 0.0),
    ("pow", [.nan, 1.0], .nan),
    ("pow", [-1.0, .infinity], 1.0),
  ]
}
