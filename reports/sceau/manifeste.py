"""Le manifeste d'un dossier : une attestation in-toto (résultat d'essais) dans une enveloppe DSSE signée."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reports.campagne import Campagne
from reports.options import MENTION_DEMONSTRATION
from reports.sceau.anomalie import DossierIllisible
from reports.sceau.canon import canonique, lire_canonique
from reports.sceau.cles import CleDeSignature
from reports.sceau.completude import Manque
from reports.sceau.zip_canonique import DEFLATE, Membre
from reports.synthese import synthetiser
from reports.verdict import Verdict

NOM = "manifeste.dsse.json"
TYPE_STATEMENT = "https://in-toto.io/Statement/v1"
TYPE_PREDICAT = "https://in-toto.io/attestation/test-result/v0.1"
TYPE_CHARGE = "application/vnd.in-toto+json"
VERSION = 1


class Nature(StrEnum):
    """Ce que vaut un dossier scellé."""

    RECEVABLE = "recevable"
    PROVISOIRE = "provisoire"
    DEMONSTRATION = "demonstration"

    @property
    def mention(self) -> str:
        """Ce que chaque page du dossier doit dire ; vide pour un dossier recevable."""
        return {
            "recevable": "",
            "provisoire": "PROVISOIRE, NON RECEVABLE",
            "demonstration": MENTION_DEMONSTRATION,
        }[self.value]


_RESULTATS = {Verdict.CONFORME: "passedTests", Verdict.NON_CONFORME: "failedTests", Verdict.A_VERIFIER: "warnedTests"}


@dataclass(frozen=True, slots=True)
class Scelle:
    """Ce que le scellement sait de la campagne, pour le manifeste."""

    campagne: Campagne
    nature: Nature
    manques: Sequence[Manque]
    enregistrements: int
    tete: str
    empreinte_catalogue: str
    contenus: Mapping[str, int]
    """Taille en clair de chaque membre .xz."""


def construire(scelle: Scelle, membres: Sequence[Membre], cle: CleDeSignature) -> dict[str, Any]:
    """L'attestation : chaque fichier avec ses empreintes, puis le résultat et ce qu'il faut pour le rejouer."""
    campagne = scelle.campagne
    par_verdict: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for resultat in campagne.resultats:
        if liste := _RESULTATS.get(resultat.verdict):
            par_verdict[liste].append(f"{resultat.rem} {resultat.scenario}")
    return {
        "_type": TYPE_STATEMENT,
        "subject": [sujet_de(membre, scelle.contenus) for membre in membres],
        "predicateType": TYPE_PREDICAT,
        "predicate": {
            "result": _resultat(campagne, scelle.manques),
            "configuration": [{"name": "catalogue", "digest": {"sha256": scelle.empreinte_catalogue}}],
            **par_verdict,
            "bancSons": {
                "version": VERSION,
                "nature": scelle.nature.value,
                "mention": scelle.nature.mention,
                "manque": [manque.en_dict() for manque in scelle.manques],
                "journal": {"enregistrements": scelle.enregistrements, "tete": scelle.tete},
                "catalogue": {"rem": campagne.rem, "couloir": campagne.couloir, "sha256": scelle.empreinte_catalogue},
                "logiciel": {
                    "nom": campagne.logiciel.nom,
                    "version": campagne.logiciel.version,
                    "editeur": campagne.logiciel.editeur,
                    "nil": campagne.logiciel.nil,
                },
                "versions": _versions(campagne),
                "comptes": synthetiser(campagne.resultats).ensemble.en_dict(),
                "campagne": {"debut": campagne.debut, "fin": campagne.fin},
                "cle": {
                    "empreinte": cle.empreinte,
                    "algorithme": cle.algorithme,
                    "faite_pour_ce_dossier": cle.ephemere,
                },
            },
        },
    }


def _resultat(campagne: Campagne, manques: Sequence[Manque]) -> str:
    verdicts = {resultat.verdict for resultat in campagne.resultats}
    if Verdict.NON_CONFORME in verdicts:
        return "FAILED"
    return "WARNED" if manques or verdicts & {Verdict.A_VERIFIER, Verdict.NON_CONCLUANT} else "PASSED"


def _versions(campagne: Campagne) -> dict[str, list[str]]:
    """Le banc, puis chaque version rencontrée du logiciel, du banc, du catalogue et des vérifications."""
    vues: dict[str, set[str]] = {"banc": {campagne.produit_banc}}
    for resultat in campagne.resultats:
        for nom, version in resultat.versions.items():
            vues.setdefault(nom, set()).add(str(version))
    return {nom: sorted(versions - {""}) for nom, versions in sorted(vues.items())}


def sujet_de(membre: Membre, contenus: Mapping[str, int]) -> dict[str, Any]:
    """Un fichier annoncé : son nom, son empreinte, sa taille, et celle de son flux comprimé."""
    notes: dict[str, Any] = {"taille": membre.taille}
    if membre.methode == DEFLATE:
        notes |= {"deflate": {"taille": membre.comprime_taille, "sha256": membre.comprime_sha256}}
    if membre.nom in contenus:
        notes |= {"contenu": contenus[membre.nom]}
    return {"name": membre.nom, "digest": {"sha256": membre.sha256}, "annotations": notes}


# -- enveloppe -------------------------------------------------------------------------------------------------


def encadrer(charge: bytes) -> bytes:
    """Ce que la signature couvre (DSSE, PAE) : le type et le contenu, chacun précédé de sa longueur."""
    genre = TYPE_CHARGE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(genre), genre, len(charge), charge)


def envelopper(charge: bytes, signature: bytes, empreinte_cle: str) -> bytes:
    """L'enveloppe DSSE, en JSON canonique."""
    return canonique(
        {
            "payload": base64.b64encode(charge).decode(),
            "payloadType": TYPE_CHARGE,
            "signatures": [{"keyid": empreinte_cle, "sig": base64.b64encode(signature).decode()}],
        }
    )


@dataclass(frozen=True, slots=True)
class Enveloppe:
    """Une enveloppe relue : la charge telle que signée, la signature, et l'attestation qu'elle porte."""

    charge: bytes
    signature: bytes
    empreinte_cle: str
    attestation: Mapping[str, Any]

    @property
    def banc(self) -> Mapping[str, Any]:
        """Nos champs."""
        champs = self.attestation["predicate"]["bancSons"]
        assert isinstance(champs, dict)
        return champs

    @property
    def sujets(self) -> Mapping[str, Mapping[str, Any]]:
        """Chaque fichier annoncé, par son nom."""
        return {sujet["name"]: sujet for sujet in self.attestation["subject"]}


def ouvrir_enveloppe(octets: bytes) -> Enveloppe:
    """Relit une enveloppe ; `DossierIllisible` si elle n'a pas exactement la forme que le banc écrit."""
    try:
        brut = lire_canonique(octets)
        signatures = brut["signatures"]
        if set(brut) != {"payload", "payloadType", "signatures"} or len(signatures) != 1:
            raise ValueError("une charge, son type et une seule signature sont attendus")
        if brut["payloadType"] != TYPE_CHARGE or set(signatures[0]) != {"keyid", "sig"}:
            raise ValueError(f"type de charge attendu : {TYPE_CHARGE}")
        charge, signature = _base64(brut["payload"]), _base64(signatures[0]["sig"])
        attestation = lire_canonique(charge)
        _controler(attestation)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as erreur:
        raise DossierIllisible(f"{NOM} : enveloppe illisible ({erreur})") from erreur
    return Enveloppe(charge, signature, str(signatures[0]["keyid"]), attestation)


def _base64(texte: str) -> bytes:
    octets = base64.b64decode(texte, validate=True)
    if base64.b64encode(octets).decode() != texte:
        raise ValueError("base64 non canonique : un octet y a changé")
    return octets


def _controler(attestation: Any) -> None:
    if attestation["_type"] != TYPE_STATEMENT or attestation["predicateType"] != TYPE_PREDICAT:
        raise ValueError("attestation in-toto « test-result » attendue")
    banc = attestation["predicate"]["bancSons"]
    if banc["version"] != VERSION:
        raise ValueError(f"version {VERSION} du manifeste attendue, reçu {banc['version']!r}")
    Nature(banc["nature"])
    if not isinstance(banc["journal"]["enregistrements"], int) or not isinstance(banc["journal"]["tete"], str):
        raise ValueError("tête du journal attendue")
    if not isinstance(banc["manque"], list) or not isinstance(banc["cle"]["empreinte"], str):
        raise ValueError("liste des manques et empreinte de la clé attendues")
    if not isinstance(banc["catalogue"]["sha256"], str):
        raise ValueError("empreinte du catalogue attendue")
    noms = set()
    for sujet in attestation["subject"]:
        notes = sujet["annotations"]
        tailles = [notes["taille"], notes.get("contenu", 0), notes.get("deflate", {"taille": 0})["taille"]]
        if not isinstance(sujet["digest"]["sha256"], str) or not all(type(t) is int and t >= 0 for t in tailles):
            raise ValueError(f"empreinte et taille attendues pour {sujet['name']!r}")
        if sujet["name"] in noms:
            raise ValueError(f"{sujet['name']!r} annoncé deux fois")
        noms.add(sujet["name"])
