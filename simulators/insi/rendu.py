"""Mise en XML des réponses, écrite à la main pour rejouer les particularités constatées sur le fil."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from simulators.insi import espaces as e
from simulators.insi.erreurs import Faute
from simulators.insi.resultat import ORDRE_TIQ, Individu, InsRendu, Resultat, ResultatVerification


@dataclass(frozen=True, slots=True)
class OptionsRendu:
    """Écritures équivalentes (ou fautives) d'une même réponse."""

    enveloppe: str = "soap"
    """Préfixe de l'enveloppe ; `env`, `S`… ont été vus."""
    corps: str | None = None
    """Préfixe propre à `Body` ; None = celui de l'enveloppe."""
    resultat: str = ""
    """Préfixe de RESULTAT ; vide = espace de noms par défaut."""
    declarations_inutiles: bool = False
    historique_desordonne: bool = False
    """DateDeb et DateFin avant IdIndividu, comme dans certains messages d'essai publiés."""
    relie_a: str | None = None
    """Valeur de `wsa:RelatesTo` ; None = le MessageID de la demande."""


def rendre_resultat(
    resultat: Resultat, *, action: str, message_id: str | None, options: OptionsRendu | None = None
) -> str:
    """Enveloppe complète d'une réponse de recherche."""
    options = options or OptionsRendu()
    p = f"{options.resultat}:" if options.resultat else ""
    declaration = f"xmlns:{options.resultat}" if options.resultat else "xmlns"
    contenu = [
        f'<{p}RESULTAT {declaration}="{e.RESULTAT}">',
        f"<{p}CR>{_element(p, 'CodeCR', resultat.code)}{_element(p, 'LibelleCR', resultat.texte)}</{p}CR>",
    ]
    if resultat.individu is not None:
        contenu.append(_individu(p, resultat.individu, options))
    contenu.append(f"</{p}RESULTAT>")
    return _enveloppe("".join(contenu), action=action, message_id=message_id, options=options)


def rendre_verification(
    resultat: ResultatVerification, *, action: str, message_id: str | None, options: OptionsRendu | None = None
) -> str:
    """Réponse de vérification unitaire, dans l'espace de noms connu ; le contenu est du banc, non normatif."""
    code, libelle = ("00", "OK") if resultat.concorde else ("01", "KO")
    contenu = (
        f'<RESULTAT xmlns="{e.REP_UNITAIRE}"><!-- forme du banc, non normative -->'
        f"<CR><CodeCR>{code}</CodeCR><LibelleCR>{libelle}</LibelleCR></CR></RESULTAT>"
    )
    return _enveloppe(contenu, action=action, message_id=message_id, options=options or OptionsRendu())


def rendre_faute(faute: Faute, *, message_id: str | None, prefixe: str = "soap") -> str:
    """Enveloppe complète d'une faute SOAP 1.2, dans l'une des deux présentations du détail."""
    p = prefixe
    sous_code = f"<{p}:Subcode><{p}:Value>{p}:{faute.sous_code}</{p}:Value></{p}:Subcode>" if faute.sous_code else ""
    entete = (
        f'<{p}:Header><{p}:Upgrade><{p}:SupportedEnvelope qname="{p}:Envelope"/></{p}:Upgrade></{p}:Header>'
        if faute.role == "VersionMismatch"
        else ""
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{p}:Envelope xmlns:{p}="{e.SOAP12}">{entete}<{p}:Body><{p}:Fault>'
        f"<{p}:Code><{p}:Value>{p}:{faute.role}</{p}:Value>{sous_code}</{p}:Code>"
        f'<{p}:Reason><{p}:Text xml:lang="{faute.langue}">{escape(faute.message)}</{p}:Text></{p}:Reason>'
        f"{_detail(faute, message_id, p)}</{p}:Fault></{p}:Body></{p}:Envelope>"
    )


def _detail(faute: Faute, message_id: str | None, p: str) -> str:
    if faute.code is None or not faute.avec_detail:
        return ""
    if faute.disposition == "b":
        contenu = (
            f"<Code>{escape(faute.code)}</Code><Severite>{escape(faute.severite)}</Severite>"
            f"<Descriptif>{escape(faute.technique)}</Descriptif>"
        )
    else:
        identifiant = f" messageID={quoteattr(message_id)}" if message_id and faute.avec_message_id else ""
        contenu = (
            f'<siram:Erreur xmlns:siram="{e.SIRAM}" code={quoteattr(faute.code)} '
            f"severite={quoteattr(faute.severite)}{identifiant}>{escape(faute.technique)}</siram:Erreur>"
        )
    return f"<{p}:Detail>{contenu}</{p}:Detail>"


def _enveloppe(contenu: str, *, action: str, message_id: str | None, options: OptionsRendu) -> str:
    p = options.enveloppe
    b = options.corps or p
    inutiles = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns9="urn:inutile"'
    relie = options.relie_a or message_id
    relation = f"<wsa:RelatesTo>{escape(relie)}</wsa:RelatesTo>" if relie else ""
    corps = f' xmlns:{b}="{e.SOAP12}"' if b != p else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{p}:Envelope xmlns:{p}="{e.SOAP12}" xmlns:wsa="{e.WSA}"'
        f"{inutiles if options.declarations_inutiles else ''}><{p}:Header>"
        f"<wsa:Action>{escape(action)}Response</wsa:Action>{relation}</{p}:Header>"
        f"<{b}:Body{corps}>{contenu}</{b}:Body></{p}:Envelope>"
    )


def _element(p: str, nom: str, valeur: str | None) -> str:
    return "" if valeur is None else f"<{p}{nom}>{escape(valeur)}</{p}{nom}>"


def _individu(p: str, individu: Individu, options: OptionsRendu) -> str:
    historique = "".join(_ins(p, "INSHISTO", ins, options.historique_desordonne) for ins in individu.historique)
    traits = "".join(_element(p, nom, individu.tiq.get(nom)) for nom in ORDRE_TIQ)
    return (
        f"<{p}INDIVIDU>{_ins(p, 'INSACTIF', individu.actif, False)}{historique}<{p}TIQ>{traits}</{p}TIQ></{p}INDIVIDU>"
    )


def _ins(p: str, nom: str, ins: InsRendu, desordonne: bool) -> str:
    identifiant = (
        f"<{p}IdIndividu>{_element(p, 'NumIdentifiant', ins.numero)}{_element(p, 'Cle', ins.cle)}"
        f"{_element(p, 'TypeMatricule', ins.type_matricule)}</{p}IdIndividu>{_element(p, 'OID', ins.oid)}"
    )
    dates = _element(p, "DateDeb", ins.date_debut) + _element(p, "DateFin", ins.date_fin)
    return f"<{p}{nom}>{dates + identifiant if desordonne else identifiant + dates}</{p}{nom}>"
