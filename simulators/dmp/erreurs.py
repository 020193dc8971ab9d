"""Les refus du DMP : un constructeur par erreur ; codes et messages viennent d'une table que l'éditeur étend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import yaml

CANAUX = ("faute", "registre", "hl7", "service")


@dataclass(frozen=True, slots=True)
class CodeErreur:
    """Une ligne de la table : clé stable, code sur le fil, canal, message (avec `{detail}`), source."""

    cle: str
    code: str
    canal: str
    message: str
    source: str = ""


@dataclass
class Refus(Exception):
    """Refus décidé par le service ; rendu sur le fil selon la table. `emplacement` : objet visé, s'il y en a un."""

    cle: str
    detail: str = ""
    emplacement: str = ""

    def __str__(self) -> str:
        return f"{self.cle} : {self.detail}"


class TableErreurs(Mapping[str, CodeErreur]):
    """La table des erreurs, par clé. Les clés d'un fichier d'éditeur remplacent ou s'ajoutent."""

    def __init__(self, lignes: Mapping[str, CodeErreur]) -> None:
        self._lignes = MappingProxyType(dict(lignes))

    @classmethod
    def charger(cls, supplement: Path | None = None) -> TableErreurs:
        """La table du banc, complétée par le fichier YAML de l'éditeur s'il est donné."""
        lignes = dict(_lire(Path(__file__).with_name("erreurs.yaml")))
        if supplement is not None:
            lignes |= _lire(supplement, lignes)
        return cls(lignes)

    def __getitem__(self, cle: str) -> CodeErreur:
        return self._lignes[cle]

    def __iter__(self):  # type: ignore[no-untyped-def]  # Iterator[str], hérité de Mapping
        return iter(self._lignes)

    def __len__(self) -> int:
        return len(self._lignes)

    @property
    def codes(self) -> frozenset[str]:
        """Tous les codes connus, tels qu'ils partent sur le fil."""
        return frozenset(ligne.code for ligne in self._lignes.values())

    def par_code(self, code: str) -> CodeErreur | None:
        """Première ligne portant ce code."""
        return next((ligne for ligne in self._lignes.values() if ligne.code == code), None)

    def rendre(self, refus: Refus) -> tuple[CodeErreur, str]:
        """Ligne de la table et message final du refus."""
        ligne = self[refus.cle]
        return ligne, ligne.message.replace("{detail}", refus.detail).strip()


def _lire(chemin: Path, base: Mapping[str, CodeErreur] | None = None) -> dict[str, CodeErreur]:
    brut = yaml.load(chemin.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(brut, dict) or not isinstance(brut.get("erreurs"), list):
        raise ValueError(f"{chemin} : une liste « erreurs » est attendue")
    lignes: dict[str, CodeErreur] = {}
    for rang, element in enumerate(brut["erreurs"], 1):
        if not isinstance(element, dict) or "cle" not in element:
            raise ValueError(f"{chemin}, erreur n° {rang} : « cle » est attendue")
        inconnus = set(element) - {"cle", "code", "canal", "message", "source"}
        if inconnus:
            raise ValueError(f"{chemin}, {element['cle']} : champ inconnu {', '.join(sorted(inconnus))}")
        cle = str(element["cle"])
        textes = {nom: str(valeur) for nom, valeur in element.items()}
        if base is not None and cle in base:
            lignes[cle] = replace(base[cle], **textes)
        elif {"code", "canal", "message"} <= set(textes):
            lignes[cle] = CodeErreur(**textes)
        else:
            raise ValueError(f"{chemin}, {cle} : code, canal et message sont attendus")
        if lignes[cle].canal not in CANAUX:
            raise ValueError(f"{chemin}, {cle} : canal « {lignes[cle].canal} » inconnu ({', '.join(CANAUX)})")
    return lignes


def version_soap(detail: str) -> Refus:
    return Refus("version_soap", detail)


def message_illisible(detail: str) -> Refus:
    return Refus("message_illisible", detail)


def adressage_absent(entete: str) -> Refus:
    return Refus("adressage_absent", entete)


def adressage_invalide(detail: str) -> Refus:
    return Refus("adressage_invalide", detail)


def action_inconnue(action: str) -> Refus:
    return Refus("action_inconnue", action)


def action_discordante(detail: str) -> Refus:
    return Refus("action_discordante", detail)


def message_rejoue(message_id: str) -> Refus:
    return Refus("message_rejoue", message_id)


def mtom_invalide(detail: str) -> Refus:
    return Refus("mtom_invalide", detail)


def vihf_absent(detail: str) -> Refus:
    return Refus("vihf_absent", detail)


def vihf_non_signe(detail: str) -> Refus:
    return Refus("vihf_non_signe", detail)


def vihf_invalide(detail: str) -> Refus:
    return Refus("vihf_invalide", detail)


def vihf_expire(detail: str) -> Refus:
    return Refus("vihf_expire", detail)


def vihf_rejoue(detail: str = "") -> Refus:
    return Refus("vihf_rejoue", detail)


def certificat_invalide(detail: str) -> Refus:
    return Refus("certificat_invalide", detail)


def personne_morale(detail: str) -> Refus:
    return Refus("personne_morale", detail)


def specialite_absente(detail: str = "") -> Refus:
    return Refus("specialite_absente", detail)


def acces_refuse(detail: str) -> Refus:
    return Refus("acces_refuse", detail)


def dossier_inconnu() -> Refus:
    return Refus("dossier_inconnu")


def dossier_ferme() -> Refus:
    return Refus("dossier_ferme_registre")


def hl7_invalide(detail: str) -> Refus:
    return Refus("hl7_invalide", detail)


def hl7_patient(detail: str) -> Refus:
    return Refus("hl7_patient", detail)


def service_invalide(detail: str) -> Refus:
    return Refus("service_invalide", detail)


def service_dossier_inconnu() -> Refus:
    return Refus("service_dossier_inconnu")


def service_dossier_ferme() -> Refus:
    return Refus("service_dossier_ferme")


def metadonnees_registre(detail: str, objet: str = "") -> Refus:
    return Refus("metadonnees_registre", detail, objet)


def metadonnees_entrepot(detail: str, objet: str = "") -> Refus:
    return Refus("metadonnees_entrepot", detail, objet)


def document_absent(objet: str) -> Refus:
    return Refus("document_absent", objet, objet)


def metadonnees_absentes(objet: str) -> Refus:
    return Refus("metadonnees_absentes", objet, objet)


def identifiant_deja_pris(unique_id: str) -> Refus:
    return Refus("identifiant_deja_pris", unique_id, unique_id)


def condensat_different(unique_id: str) -> Refus:
    return Refus("condensat_different", unique_id, unique_id)


def patient_different(detail: str, objet: str = "") -> Refus:
    return Refus("patient_different", detail, objet)


def remplacement_impossible(detail: str, objet: str = "") -> Refus:
    return Refus("remplacement_impossible", detail, objet)


def document_deja_remplace(objet: str) -> Refus:
    return Refus("document_deja_remplace", objet, objet)


def auteur_non_lie(detail: str = "", objet: str = "") -> Refus:
    return Refus("auteur_non_lie", detail, objet)


def cda_incoherent(detail: str, objet: str = "") -> Refus:
    return Refus("cda_incoherent", detail, objet)


def signature_lot(detail: str, objet: str = "") -> Refus:
    return Refus("signature_lot", detail, objet)


def ressources_epuisees(detail: str, objet: str = "") -> Refus:
    return Refus("ressources_epuisees", detail, objet)


def requete_inconnue(identifiant: str) -> Refus:
    return Refus("requete_inconnue", identifiant, identifiant)


def parametre_absent(nom: str) -> Refus:
    return Refus("parametre_absent", nom, nom)


def parametre_en_trop(nom: str) -> Refus:
    return Refus("parametre_en_trop", nom, nom)


def trop_de_resultats(detail: str) -> Refus:
    return Refus("trop_de_resultats", detail)


def entrepot_inconnu(identifiant: str) -> Refus:
    return Refus("entrepot_inconnu", identifiant, identifiant)


def document_inconnu(unique_id: str) -> Refus:
    return Refus("document_inconnu", unique_id, unique_id)


def mise_a_jour_refusee(detail: str, objet: str = "") -> Refus:
    return Refus("mise_a_jour_refusee", detail, objet)


def version_perimee(detail: str, objet: str = "") -> Refus:
    return Refus("version_perimee", detail, objet)
