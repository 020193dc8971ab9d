"""Une réponse désigne le message auquel elle répond : In-Reply-To et References (RFC 5322, § 3.6.4)."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, lire_courriel
from steps.verifications.mssante.entetes import identifiant, identifiants
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.registre import verification

_VA1_08 = "REM BIO, exigence MSS/va1.08 ; MSSanté référentiel #2, ECO.2.2.2 ; RFC 5322, § 3.6.4"

EN_REPONSE = Regle(
    "MSS-CNV-01", "In-Reply-To est le Message-ID du message d'origine", _VA1_08, Confiance.OFFICIELLE,
    "Recopier dans In-Reply-To le Message-ID du message auquel on répond.",
)  # fmt: skip
REFERENCES = Regle(
    "MSS-CNV-02", "References finit par le Message-ID du message d'origine, précédé de ses propres références",
    _VA1_08, Confiance.OFFICIELLE,
    "Écrire References du message d'origine (à défaut son In-Reply-To s'il est seul) puis son Message-ID.",
)  # fmt: skip
FORME = Regle(
    "MSS-CNV-03", "In-Reply-To et References ne portent que des identifiants de messages", "RFC 5322, § 3.6.4",
    Confiance.DOCUMENTEE, "N'écrire que des <identifiant@domaine> séparés par des espaces.",
)  # fmt: skip
SOI = Regle(
    "MSS-CNV-04", "Une réponse a son propre Message-ID, absent de ses références", _VA1_08, Confiance.OFFICIELLE,
    "Tirer un Message-ID neuf pour la réponse.",
)  # fmt: skip


@verification(EN_REPONSE, REFERENCES, SOI)
def reponse(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """La réponse désigne exactement le message d'origine, que donne le contexte."""
    echanges = contexte.echanges
    if contexte.en_reponse_a is None:
        return [sans_contexte(EN_REPONSE, "le message auquel celui-ci répond, s'il répond", echanges)]
    origine = lire_courriel(contexte.en_reponse_a)
    parent = identifiant(origine)
    if not parent:
        return [EN_REPONSE.sans_objet("le message d'origine n'a pas de Message-ID à reprendre", echanges=echanges)]
    recus = identifiants(courriel.valeur("In-Reply-To"))
    lignee = identifiants(courriel.valeur("References"))
    propre = identifiant(courriel)
    return [
        juger(
            EN_REPONSE, recus == [parent], "In-Reply-To ne désigne pas le message d'origine.", attendu=parent,
            recu=courriel.valeur("In-Reply-To")[:300] or "rien", ou=_ou(courriel, "In-Reply-To"), echanges=echanges,
        ),
        _references(courriel, origine, parent, lignee, echanges),
        juger(
            SOI, propre != parent and propre not in (lignee or []),
            "La réponse porte le Message-ID d'un message auquel elle répond.", attendu="un Message-ID neuf",
            recu=propre or "aucun Message-ID lisible", ou=_ou(courriel, "Message-ID"), echanges=echanges,
        ),
    ]  # fmt: skip


def references_attendues(origine: Courriel) -> list[str]:
    """References d'une réponse à ce message."""
    avant = identifiants(origine.valeur("References")) or []
    if not avant:
        seuls = identifiants(origine.valeur("In-Reply-To")) or []
        avant = seuls if len(seuls) == 1 else []
    return [*avant, identifiant(origine)]


def _references(
    courriel: Courriel, origine: Courriel, parent: str, lignee: list[str] | None, echanges: tuple[int, ...]
) -> Constat:
    ou, recu = _ou(courriel, "References"), courriel.valeur("References")[:400] or "rien"
    attendues = references_attendues(origine)
    attendu = " ".join(attendues)
    if not lignee or lignee[-1] != parent:
        message = "References ne finit pas par le message d'origine."
        return REFERENCES.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges)
    if lignee == attendues:
        return REFERENCES.respectee(recu=recu, ou=ou, echanges=echanges)
    # Une longue conversation se raccourcit : le premier et les derniers restent, dans l'ordre.
    reste = iter(attendues)
    if len(attendues) > 10 and lignee[0] == attendues[0] and all(ident in reste for ident in lignee):
        return REFERENCES.respectee(recu=recu, ou=ou, echanges=echanges)
    message = "References ne reprend pas, dans l'ordre, celles du message d'origine."
    return REFERENCES.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges)


@verification(FORME)
def formes(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """In-Reply-To et References, quand ils sont là, sont des listes d'identifiants."""
    fautes = [
        entete for nom in ("In-Reply-To", "References") for entete in courriel.tous(nom)
        if not identifiants(entete.valeur)
    ]  # fmt: skip
    presents = [nom for nom in ("In-Reply-To", "References") if courriel.entete(nom)]
    return juger(
        FORME, not fautes, "Un en-tête de conversation ne porte pas que des identifiants.",
        attendu="<identifiant@domaine>", recu=" ; ".join(e.valeur[:150] or "vide" for e in fautes)
        or ", ".join(presents) or "ni In-Reply-To ni References",
        ou=fautes[0].ou if fautes else "en-têtes", echanges=contexte.echanges,
    )  # fmt: skip


def _ou(courriel: Courriel, nom: str) -> str:
    entete = courriel.entete(nom)
    return entete.ou if entete is not None else f"en-tête {nom}"
