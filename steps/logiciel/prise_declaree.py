"""Ce que `mllp:` déclare dans logiciel.yaml : où le logiciel écoute, et les actions qui passent par sa prise HL7 v2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.hl7v2.emission import AdressePair
    from steps.logiciel.protocole import Adaptateur

NOM = "mllp"
"""Nom de cet adaptateur parmi ceux de logiciel.yaml."""
RECEVOIR, LIRE, TRANSMETTRE = "recevoir_message", "lire_messages_emis", "transmettre_identite"
ACTIONS = (RECEVOIR, LIRE, TRANSMETTRE)

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "description": "la prise HL7 v2 (MLLP) du logiciel",
    "properties": {
        "hote": {"type": "string", "minLength": 1, "default": "127.0.0.1", "description": "hôte où le logiciel écoute"},
        "port": {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535,
            "description": "port où le logiciel écoute ; sans lui, le banc ne lui envoie rien",
        },
        "tls": {"type": "boolean", "default": False, "description": "vrai si ce port est sous TLS (IGC du banc)"},
        "emet": {
            "type": "boolean",
            "default": True,
            "description": "vrai si le logiciel envoie ses messages à l'adresse du banc (services.hl7v2)",
        },
        "delai_s": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 600,
            "default": 10,
            "description": "secondes laissées au logiciel pour acquitter, ou pour émettre",
        },
        "actions": {
            "type": "array",
            "items": {"enum": list(ACTIONS)},
            "description": "actions qui passent par la prise ; toutes par défaut, sauf celles que « actions » confie "
            "par leur nom",
        },
    },
}


@dataclass(frozen=True, slots=True)
class PriseDeclaree:
    """Le bloc `mllp`. `port` 0 : le logiciel n'écoute pas, ou (témoin) c'est lui qui dira son port."""

    hote: str = "127.0.0.1"
    port: int = 0
    tls: bool = False
    emet: bool = True
    delai_s: float = 10.0
    actions: tuple[str, ...] = ACTIONS

    @classmethod
    def lire(cls, bloc: Mapping[str, Any]) -> PriseDeclaree:
        """Un bloc valide."""
        champs = {nom: valeur for nom, valeur in bloc.items() if nom != "actions"}
        return cls(**champs, actions=tuple(bloc.get("actions", ACTIONS)))

    def adresse(self, adaptateurs: Mapping[str, Adaptateur]) -> AdressePair | None:
        """Où le logiciel écoute ; None s'il ne le dit pas."""
        from simulators.hl7v2.emission import AdressePair  # lourd : la déclaration se lit sans les simulateurs

        if self.port:
            return AdressePair(self.hote, self.port, self.tls)
        ports = (getattr(adaptateur, "port_hl7v2", 0) for adaptateur in adaptateurs.values())
        port = next((port for port in ports if port), 0)
        return AdressePair(self.hote, port, self.tls) if port else None
