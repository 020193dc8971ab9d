"""Les fautes SOAP du service : un constructeur par code officiel connu, et les refus propres au banc.

Les sous-codes se lisent ainsi (déduction) : `siram_10` erreur fonctionnelle de la requête, `siram_40` service
indisponible, `siram_100` accès refusé. La liste complète des codes `insi_NN` et `desir_NN` n'est pas publique : un
refus dont le code officiel est inconnu porte un code `banc_…`, qui ne peut pas être pris pour un code du service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Disposition = Literal["a", "b"]
"""Présentation du détail : `a` relevée sur le fil (`siram:Erreur`), `b` celle d'un client de 2026 (Code, Severite…)."""


@dataclass(frozen=True, slots=True)
class Faute:
    """Une faute SOAP 1.2 à rendre ; `code` None = faute du protocole, sans détail du service."""

    role: str
    sous_code: str | None
    code: str | None
    severite: str
    message: str
    technique: str = ""
    langue: str = "fr"
    disposition: Disposition = "a"
    avec_message_id: bool = True
    avec_detail: bool = True
    statut: int = 500

    @property
    def libelle(self) -> str:
        """Le code à citer dans le journal."""
        return self.code or self.role


# --- codes officiels connus -------------------------------------------------------------------------------------------


def idam_inconnu(idam: str | None = None) -> Faute:
    """`desir_550` : numéro d'autorisation absent ou inconnu."""
    return Faute(
        "Sender",
        "siram_100",
        "desir_550",
        "erreur",
        "[banc] Ce progiciel n'est pas autorisé à utiliser ce téléservice.",
        f"[banc] IDAM inconnu : {idam!r}" if idam else "[banc] IDAM inconnu ou absent",
    )


def niveau_acces_insuffisant(nom_commun: str | None = None) -> Faute:
    """`desir_560` : le CN du certificat n'est ni INSI-AUTO ni INSI-MANU. Rôle et sous-code : déduits."""
    return Faute(
        "Sender",
        "siram_100",
        "desir_560",
        "erreur",
        "[banc] Niveau d'accès insuffisant.",
        f"[banc] CN du certificat attendu INSI-AUTO ou INSI-MANU, reçu {nom_commun or 'aucun'}",
    )


def nom_naissance_absent() -> Faute:
    """`insi_19` : le nom de naissance manque."""
    return Faute(
        "Sender",
        "siram_10",
        "insi_19",
        "erreur",
        "[banc] Le nom de naissance est obligatoire.",
        "[banc] NomNaissance absent ou vide",
    )


def service_appele_indisponible() -> Faute:
    """`desir_1020` : le service appelé est momentanément indisponible (rôle `Sender` constaté, bien qu'inattendu)."""
    return Faute(
        "Sender",
        "siram_40",
        "desir_1020",
        "fatale",
        "[banc] Service momentanément indisponible, veuillez renouveler votre demande.",
        "[banc] Service appelé indisponible",
    )


def erreur_technique_recherche() -> Faute:
    """`insi_102` : erreur technique de la recherche par traits."""
    return Faute(
        "Receiver",
        "siram_40",
        "insi_102",
        "fatale",
        "[banc] Une erreur technique est survenue.",
        "[banc] Erreur technique de la recherche par traits",
    )


def teleservices_indisponibles() -> Faute:
    """`insi_111` : les téléservices sont indisponibles."""
    return Faute(
        "Receiver",
        "siram_40",
        "insi_111",
        "fatale",
        "[banc] Les téléservices sont indisponibles.",
        "[banc] Téléservices indisponibles",
    )


CODES_OFFICIELS: dict[str, Callable[[], Faute]] = {
    "desir_550": idam_inconnu,
    "desir_560": niveau_acces_insuffisant,
    "desir_1020": service_appele_indisponible,
    "insi_19": nom_naissance_absent,
    "insi_102": erreur_technique_recherche,
    "insi_111": teleservices_indisponibles,
}


# --- refus du protocole SOAP 1.2 --------------------------------------------------------------------------------------


def version_soap(recue: str) -> Faute:
    """Enveloppe d'une autre version que SOAP 1.2 (SOAP 1.2 partie 1 § 2.8)."""
    return Faute("VersionMismatch", None, None, "", f"[banc] Enveloppe SOAP 1.2 attendue, reçue : {recue or 'aucune'}")


def entete_non_compris(nom: str) -> Faute:
    """En-tête `mustUnderstand` inconnu du service (SOAP 1.2 partie 1 § 5.4.8)."""
    return Faute("MustUnderstand", None, None, "", f"[banc] En-tête obligatoire non compris : {nom}")


def message_illisible(raison: str) -> Faute:
    """Corps vide, mal formé ou porteur d'une DTD."""
    return Faute("Sender", None, None, "", f"[banc] Message refusé : {raison}")


# --- refus dont le code officiel n'est pas connu ----------------------------------------------------------------------


def _refus(code: str, message: str, technique: str = "", sous_code: str = "siram_10") -> Faute:
    return Faute(
        "Sender",
        sous_code,
        f"banc_{code}",
        "erreur",
        f"[banc] {message}",
        f"[banc] {technique or message} (code officiel inconnu du banc)",
    )


def contexte_absent(nom: str) -> Faute:
    """`ContexteBAM` ou `ContexteLPS` absent ou en double."""
    return _refus("contexte", f"L'en-tête {nom} est attendu une fois et une seule.")


def message_id_absent() -> Faute:
    """`wsa:MessageID` absent ou vide."""
    return _refus("adressage", "L'en-tête wsa:MessageID est obligatoire.")


def action_incoherente(attendue: str, recue: str | None) -> Faute:
    """`wsa:Action` absente ou d'une autre opération que celle du corps."""
    return _refus("action", f"L'action ne correspond pas au contenu : attendue {attendue}, reçue {recue}.")


def operation_inconnue(contenu: str) -> Faute:
    """Corps qui ne désigne aucune opération du service."""
    return _refus("operation", f"Opération inconnue : {contenu or 'corps vide'}.")


def message_invalide(detail: str) -> Faute:
    """Corps ou contexte non conforme à la structure attendue."""
    return _refus("structure", "Le message n'a pas la structure attendue.", detail)


def champ_obligatoire(nom: str) -> Faute:
    """Trait obligatoire absent, autre que le nom de naissance."""
    return _refus("champ", f"Le champ {nom} est obligatoire.")


def assertion_refusee(raison: str) -> Faute:
    """Assertion absente, en surnombre, non signée, périmée, d'une autre autorité…"""
    return _refus("assertion", f"Assertion refusée : {raison}", sous_code="siram_100")


def verification_en_masse() -> Faute:
    """Vérification en masse : existe dans le service, mais son contrat n'est pas public."""
    return _refus(
        "masse",
        "La vérification en masse (WS_INS4, WS_INS5) n'est pas simulée : son contrat n'est pas public. "
        "Utilisez la vérification unitaire.",
    )
