# language: fr
Fonctionnalité: Références d'objets d'imagerie publiées au DMP par une DRIMbox
  Un compte rendu reçu du RIS fait publier la référence (KOS) de son examen, que le PACS et le RIS font ensuite évoluer.

  @DB.SO.11.01
  Scénario: Un compte rendu fait publier la référence de son examen, si l'INS est qualifiée
    Étant donné un patient « Aline » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Basile » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Aline » au PACS : CT 2 images, CT 1 image
    Et un examen « irm » du patient « Basile » au PACS : MR 2 images
    Quand le RIS envoie le compte rendu de l'examen « irm », à l'INS non qualifiée
    Et le RIS envoie le compte rendu de l'examen « scanner »
    Alors la référence de l'examen « scanner » est publiée au DMP
    Et aucune référence de l'examen « irm » n'est publiée, faute d'INS qualifiée, quand celle de « scanner » l'est
    Quand le RIS envoie le compte rendu de l'examen « irm », dans un MDM
    Alors la référence de l'examen « irm » est publiée au DMP
    Et les références sont envoyées au DMP comme le guide d'intégration le veut
    Et elles le sont au nom de l'auteur du compte rendu

  @DB.SO.12.01
  Scénario: Un compte rendu de plusieurs études donne une référence par étude
    Étant donné un patient « Colin » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « bilan » du patient « Colin » au PACS : CT 2 images
    Et une seconde étude de l'examen « bilan » au PACS : MR 2 images
    Quand le RIS envoie le compte rendu de l'examen « bilan », qui cite deux fois chaque étude
    Alors il y a au DMP une référence par étude de l'examen « bilan »

  @DB.SO.13.01
  Scénario: Une référence publiée suit les images de l'examen
    Étant donné un patient « Denise » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « thorax » du patient « Denise » au PACS : CT 2 images
    Quand le RIS envoie le compte rendu de l'examen « thorax »
    Et une série s'ajoute au PACS à l'examen « thorax » : CT 2 images
    # C'est le compte rendu suivant qui fait voir le changement ; un logiciel averti par le PACS l'aura fait avant.
    Et le RIS envoie de nouveau le compte rendu de l'examen « thorax »
    Alors la référence de l'examen « thorax » a remplacé la précédente
    Et cette référence est un KOS conforme, accordé à sa fiche et à l'examen « thorax »
    Quand le RIS envoie de nouveau le compte rendu de l'examen « thorax », sous un autre numéro de commande
    Alors la référence de l'examen « thorax » a remplacé la précédente

  @DB.SO.15.01 @DB.SO.16.01 @DB.SO.17.01
  Scénario: Un examen qui n'est pas celui du compte rendu n'est pas publié, et l'administrateur le sait
    Étant donné un patient « Edgar » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Fanny » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « perdu » du patient « Edgar », absent du PACS : CT 1 image
    Et un examen « échangé » du patient « Edgar » au PACS : CT 2 images
    Et un examen « confondu » du patient « Fanny » au PACS : US 1 image
    Et un examen « sain » du patient « Fanny » au PACS : CR 1 image
    Et un examen « groupé » du patient « Fanny » au PACS : MR 1 image
    Quand le RIS envoie le compte rendu de l'examen « perdu »
    Et le RIS envoie le compte rendu de l'examen « échangé », sous l'IPP d'un autre
    Et le RIS envoie le compte rendu de l'examen « confondu », sous l'Accession Number d'un autre
    Et le RIS envoie le compte rendu de l'examen « groupé », qui répond aussi à une autre demande
    Et le RIS envoie le compte rendu de l'examen « sain »
    Alors aucune référence de l'examen « perdu » n'est publiée, quand celle de « sain » l'est
    Et aucune référence de l'examen « échangé » n'est publiée, quand celle de « sain » l'est
    Et aucune référence de l'examen « confondu » n'est publiée, quand celle de « sain » l'est
    Et la référence de l'examen « groupé » est publiée au DMP
    Et l'administrateur est averti pour l'examen « perdu »
    Et l'administrateur est averti pour l'examen « échangé »
    Et l'administrateur est averti pour l'examen « confondu »
    Et l'administrateur n'est pas averti pour l'examen « sain »

  @DB.SO.18.01
  Scénario: La référence publiée est un KOS conforme, accordé à sa fiche et à l'examen
    Étant donné un patient « Gaëlle » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Hubert » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Gaëlle » au PACS : CT 2 images, CT 2 images
    Et un examen « échographie » du patient « Hubert » au PACS : US 1 image, CR 2 images
    Quand le RIS envoie le compte rendu de l'examen « scanner »
    Et le RIS envoie le compte rendu de l'examen « échographie »
    Alors cette référence est un KOS conforme, accordé à sa fiche et à l'examen « scanner »
    Et cette référence est un KOS conforme, accordé à sa fiche et à l'examen « échographie »

  @DB.SO.26.01
  Scénario: Des images retirées du PACS par une note de rejet corrigent la référence, ou la retirent
    Étant donné un patient « Inès » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « genou » du patient « Inès » au PACS : MR 3 images
    Et un examen « hanche » du patient « Inès » au PACS : MR 2 images
    Quand le RIS envoie le compte rendu de l'examen « genou »
    Et le RIS envoie le compte rendu de l'examen « hanche »
    Et une image de l'examen « genou » est retirée du PACS par une note de rejet
    Et toutes les images de l'examen « hanche » sont retirées du PACS par une note de rejet
    Alors la référence de l'examen « genou » a remplacé la précédente
    Et cette référence est un KOS conforme, accordé à sa fiche et à l'examen « genou »
    Et la référence de l'examen « hanche » est supprimée du DMP

  @DB.SO.97.01
  Scénario: La dépublication demandée par le RIS retire la référence du DMP
    Étant donné un patient « Joël » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « cheville » du patient « Joël » au PACS : CR 2 images
    Et un examen « poignet » du patient « Joël » au PACS : CR 1 image
    Quand le RIS envoie le compte rendu de l'examen « cheville »
    Et le RIS envoie le compte rendu de l'examen « poignet »
    Et le RIS demande la dépublication du compte rendu de l'examen « cheville »
    Alors la référence de l'examen « cheville » est supprimée du DMP
    Et la référence de l'examen « poignet » est publiée au DMP

  @DB.SO.21.01
  Scénario: L'administrateur est averti d'une référence que le DMP n'a pas prise
    Étant donné un patient « Léonie » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « refusé » du patient « Léonie » au PACS : CT 1 image
    Et un examen « accepté » du patient « Léonie » au PACS : CT 2 images
    Quand le DMP est indisponible, et le RIS envoie le compte rendu de l'examen « refusé »
    Et le RIS envoie le compte rendu de l'examen « accepté »
    Alors la référence de l'examen « accepté » est publiée au DMP
    Et l'administrateur est averti pour l'examen « refusé »
    Et l'administrateur n'est pas averti pour l'examen « accepté »
