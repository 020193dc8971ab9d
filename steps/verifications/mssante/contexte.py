"""Ce que le banc sait d'un courriel et que ses octets ne disent pas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from steps.flux.identite import IdentiteUsager


class BalLue(Protocol):
    """Ce que les vérifications lisent d'une boîte : la `Bal` de l'opérateur simulé convient telle quelle."""

    @property
    def adresse(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def intitule(self) -> str: ...
    @property
    def nom(self) -> str: ...
    @property
    def prenom(self) -> str: ...


@dataclass(frozen=True, slots=True)
class BalEmission:
    """Une boîte. `type` : PER, ORG, APP ou CAB, vide s'il n'est pas connu ; `intitule` : l'entité (ORG et APP)."""

    adresse: str
    type: str = ""
    intitule: str = ""
    nom: str = ""
    prenom: str = ""


@dataclass(frozen=True, slots=True)
class ContexteCourriel:
    """Ce que l'on sait de l'envoi. Un champ inconnu (vide ou None) rend sa règle *sans objet*, jamais fausse.

    `nil` : référence produit déclarée. `mail_from`, `destinataires` : l'enveloppe SMTP. `adresse_retour` : la boîte à
    laquelle les réponses doivent revenir, telle que paramétrée. `patient` : l'usager concerné ; `ins_qualifiee` : le
    statut de son identité à l'envoi. `en_reponse_a` : octets du courriel auquel celui-ci répond. `demande_*` : accusé
    demandé à l'envoi. `sans_reponse` : l'émetteur ne veut pas de réponse de l'usager. `notify` : le paramètre NOTIFY de
    chaque RCPT, None si l'enveloppe n'est pas connue. `types_de_bal` : type des boîtes connues, par adresse en
    minuscules. `echanges` : numéros du journal, repris dans chaque constat.
    """

    nil: str = ""
    bal_emission: BalLue | None = None
    mail_from: str | None = None
    destinataires: tuple[str, ...] | None = None
    adresse_retour: str = ""
    patient: IdentiteUsager | None = None
    ins_qualifiee: bool | None = None
    en_reponse_a: bytes | None = None
    demande_distribution: bool | None = None
    demande_lecture: bool | None = None
    sans_reponse: bool | None = None
    notify: tuple[str, ...] | None = None
    types_de_bal: Mapping[str, str] = field(default_factory=dict)
    echanges: tuple[int, ...] = ()
