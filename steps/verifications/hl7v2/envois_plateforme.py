"""Vérifications d'une plateforme d'intermédiation : à qui part, par MSSanté, un document qu'on lui a confié."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.retours_plateforme import identifiant_du_document, meme_document
from steps.verifications.mssante.courriel_lecture import est_usager
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.registre import verification

_REM = "REM PFI (travaux de concertation 2023), exigence"
_FIL = "courriels acceptés par l'opérateur MSSanté"

ENVOYE = Regle(
    "PFI-ENV-01",
    "Un document destiné à un professionnel ou au patient lui parvient par MSSanté, tel que reçu",
    f"{_REM} PFI.INTRA/va1.01, PFI.INTRA/va1.02 et MSS/va1.17",
    Confiance.OFFICIELLE,
    "Envoyez le CDA reçu, dans une archive IHE_XDM.zip, à chaque adresse que DESTMSSANTEPS ou DESTMSSANTEPAT demande.",
)
A_EUX_SEULS = Regle(
    "PFI-ENV-02",
    "Un document n'est envoyé par MSSanté qu'à ceux pour qui l'émetteur le demande",
    f"{_REM} PFI.INTRA/va1.01 et PFI.INTRA/va1.02",
    Confiance.OFFICIELLE,
    "Lisez DESTMSSANTEPS et DESTMSSANTEPAT avant tout envoi : N interdit l'envoi, à qui que ce soit.",
)


@verification(ENVOYE)
def document_envoye(vus: Sequence[CourrielVu], confie: bytes, adresse: str, quoi: str) -> Constat:
    """`vus` : les courriels passés depuis que le document a été confié ; récrit sous son identifiant, on le regarde."""
    siens = [vu for vu in vus if adresse.casefold() in map(str.casefold, vu.destinataires)]
    portes = [document.octets for vu in siens for document in vu.documents]
    echanges = tuple(vu.numero for vu in siens)
    if confie not in portes and any(meme_document(octets, confie) for octets in portes):
        return ENVOYE.a_regarder(
            f"{quoi} : envoyé sous le même identifiant, mais pas à l'octet près.",
            recu=identifiant_du_document(confie),
            ou=_FIL,
        )
    return juger(
        ENVOYE,
        confie in portes,
        f"{quoi} : le document n'est pas arrivé à {adresse}.",
        attendu=f"un courriel à {adresse}, dont l'archive porte le document confié",
        recu=f"{len(siens)} courriel(s) à cette adresse, {len(portes)} document(s)",
        ou=_FIL,
        echanges=echanges,
    )


@verification(A_EUX_SEULS)
def document_a_eux_seuls(
    vus: Sequence[CourrielVu], confie: bytes, adresses: Collection[str], demandes: Collection[str], quoi: str,
    *, temoin: bool,
) -> Constat:  # fmt: skip
    """`adresses` : celles du message ; `demandes` : ses métadonnées à Y ; `temoin` : un document est bien parti.

    Une adresse de plus, d'un genre que le message demande, se regarde : rien ne dit que la liste soit fermée.
    """
    if not temoin:
        return A_EUX_SEULS.sans_objet(f"{quoi} : aucun document ne part par MSSanté, l'absence ne prouve rien")
    portants = [vu for vu in vus if any(meme_document(document.octets, confie) for document in vu.documents)]
    voulues = {adresse.casefold() for adresse in adresses}
    de_trop = sorted({a for vu in portants for a in vu.destinataires if a.casefold() not in voulues})
    interdites = [a for a in de_trop if ("DESTMSSANTEPAT" if est_usager(a) else "DESTMSSANTEPS") not in demandes]
    if de_trop and not interdites:
        return A_EUX_SEULS.a_regarder(
            f"{quoi} : envoyé aussi à une adresse que le message ne nomme pas ; dites d'où elle vient.",
            recu=", ".join(de_trop),
            ou=_FIL,
        )
    return juger(
        A_EUX_SEULS,
        not interdites,
        f"{quoi} : envoyé par MSSanté à qui il n'est pas destiné.",
        attendu=", ".join(sorted(adresses)) or "aucun envoi",
        recu=", ".join(interdites) or "eux seuls",
        ou=_FIL,
        echanges=tuple(vu.numero for vu in portants),
    )
