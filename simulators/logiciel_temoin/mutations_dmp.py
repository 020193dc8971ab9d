"""Défauts des messages envoyés au DMP : enveloppe, VIHF, métadonnées, signature du lot, CDA."""

from __future__ import annotations

from simulators.logiciel_temoin.mutations import Mutation

DMP: dict[str, Mutation] = {}
