// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The arrows between targets go one way: each imports only targets listed above it.
// `package` access joins the targets; `public` is a promise to users.

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A release link of a target that imports neither the C library nor Foundation otherwise misses `fma` and `round`.
let math: [LinkerSetting] = [.linkedLibrary("m", .when(platforms: [.linux]))]

// Homebrew's OpenBLAS has LAPACKE in it; on Linux that is a library of its own.
#if os(macOS)
  let blas = "openblas"
#else
  let blas = "openblas lapacke"
#endif
let lapacke: [LinkerSetting] = [.linkedLibrary("lapacke", .when(platforms: [.linux]))]

let numerics: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(
  _ name: String, _ dependencies: [Target.Dependency], linkerSettings: [LinkerSetting] = math
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linkerSettings)
}

func tests(_ target: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: "\(target)Tests", dependencies: [.byName(name: target), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: settings)
}

// Every target names all targets whose types it sees, not only the nearest: SwiftPM 6.3 recompiles a module
// only when one that it names directly has changed, and otherwise keeps a layout of a structure that is no
// longer true, which corrupts memory.

/// What the umbrella re-exports.
let reexported = [
  "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization",
  "NablaIntegration", "NablaProbability", "NablaCriticalPoints", "NablaLearning", "NablaPlots",
]
let umbrella = (["Nabla"] + reexported).map { Target.Dependency.byName(name: $0) }

let package = Package(
  name: "Nabla",
  // The first with `InlineArray`, which second derivatives of dual numbers are stored in.
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Nabla", targets: ["Nabla"] + reexported),
    .executable(name: "nabla", targets: ["NablaCommand"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    // For `swift package generate-documentation`; no target uses it, so that clients do not fetch it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CBLAS", pkgConfig: blas,
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas"])]),
    library("LibC", []),
    library("NablaExpressions", ["LibC"]),
    library("NablaKernels", ["LibC", "NablaExpressions"]),
    library(
      "NablaTensors", ["CBLAS", "LibC", "NablaExpressions", "NablaKernels", numerics],
      linkerSettings: math + lapacke),
    library("NablaCalculus", ["LibC", "NablaExpressions", "NablaKernels", "NablaTensors", numerics]),
    library(
      "NablaOptimization",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", numerics]),
    library(
      "NablaIntegration",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization", numerics]),
    library(
      "NablaProbability",
      [
        "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization",
        "NablaIntegration", numerics,
      ]),
    library(
      "NablaCriticalPoints",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization"]),
    library(
      "NablaLearning",
      [
        "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization", numerics,
      ]),
    library(
      "NablaPlots",
      [
        "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization",
        "NablaCriticalPoints", numerics,
      ]),
    library("Nabla", reexported.map { .byName(name: $0) }),
    .executableTarget(name: "NablaCommand", dependencies: umbrella + [arguments], swiftSettings: settings),
    .executableTarget(
      name: "bench", dependencies: umbrella + ["LibC", arguments], path: "Benchmarks/bench",
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["LibC", "NablaExpressions", "NablaKernels"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("NablaExpressions", ["LibC"]),
    tests("NablaKernels", ["LibC", "NablaExpressions"], resources: [.copy("Resources")]),
    tests(
      "NablaTensors", ["CBLAS", "LibC", "NablaExpressions", "NablaKernels"],
      resources: [.copy("Resources")]),
    tests(
      "NablaCalculus", ["NablaExpressions", "NablaKernels", "NablaTensors", numerics],
      resources: [.copy("Resources")]),
    tests(
      "NablaOptimization", ["NablaExpressions", "NablaKernels", "NablaCalculus", "NablaTensors"],
      resources: [.copy("Resources")]),
    tests(
      "NablaIntegration",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization"],
      resources: [.copy("Resources")]),
    tests(
      "NablaProbability",
      [
        "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization",
        "NablaIntegration", numerics,
      ],
      resources: [.copy("Resources")]),
    tests(
      "NablaCriticalPoints",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization"],
      resources: [.copy("Resources")]),
    tests(
      "NablaLearning",
      ["NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization"]),
    tests(
      "NablaPlots",
      [
        "NablaExpressions", "NablaTensors", "NablaCalculus", "NablaOptimization", "NablaCriticalPoints",
        numerics,
      ]),
    tests("NablaCommand", []),
  ],
  swiftLanguageModes: [.v6]
)
